"""Says which AWS account and region a deployment goes to, and what is missing: account.py [the flags of sam deploy]"""

import argparse
import sys

import boto3
import botocore.exceptions

parser = argparse.ArgumentParser(allow_abbrev=False)
parser.add_argument("--region")
parser.add_argument("--profile")
flags, _ = parser.parse_known_args()
try:
    session = boto3.Session(profile_name=flags.profile, region_name=flags.region)
    if not session.region_name:
        sys.exit("no region: set AWS_REGION, as in `export AWS_REGION=eu-central-1`")
    identity = session.client("sts").get_caller_identity()
except (botocore.exceptions.NoCredentialsError, botocore.exceptions.ProfileNotFound) as error:
    sys.exit(f"no credentials of an AWS account ({error}): set AWS_PROFILE, or run `aws configure` or `aws login`")
except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
    sys.exit(f"the credentials cannot be used ({error}): sign in again, for example with `aws sso login`")
print(f"account {identity['Account']}, region {session.region_name}")
