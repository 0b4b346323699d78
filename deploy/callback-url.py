"""Prints the callback URL of a function, with the token of its secret: callback-url.py <stack> <function>"""

import json
import sys

import boto3

stack, function = sys.argv[1:]
name = "".join(word.capitalize() for word in function.split("-"))
[description] = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
outputs = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
if f"{name}Url" not in outputs:
    sys.exit(f"the stack {stack} does not receive callbacks of {function}: {name}=true switches it on")
secret = boto3.client("secretsmanager").get_secret_value(SecretId=outputs[f"{name}SecretName"])["SecretString"]
tokens = json.loads(secret)["tokens"]
# A list, or one string with blanks between the values: the last is the newest.
token = (tokens.split() if isinstance(tokens, str) else tokens)[-1]
print(f"{outputs[f'{name}Url']}?token={token}")
