# The way of an event: queue, ledger, bus; and the bucket for what is too large.

resource "aws_sqs_queue" "intake" {
  name = "${var.name}-intake"
  # Lambda recommends six times the timeout of the function that reads the queue.
  visibility_timeout_seconds = 360
  message_retention_seconds  = 1209600
  max_message_size           = var.event_limit
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })
}

# Receivers of what is confirmed put events into this queue.
resource "aws_sqs_queue" "confirm" {
  count = length(local.confirms) == 0 ? 0 : 1

  name = "${var.name}-confirm"
  # Lambda recommends six times the timeout of the function that reads the queue.
  visibility_timeout_seconds = 180
  message_retention_seconds  = 1209600
  max_message_size           = var.event_limit
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn

  # A message is received once for each time that the vendor is asked: this is the most that SQS counts to.
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 1000
  })

  depends_on = [aws_sqs_queue_redrive_allow_policy.dead_letters]
}

# What is in it is nowhere else.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  max_message_size          = var.event_limit
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    # By its name, since SQS creates a queue with this one for dead letters only once it is allowed to.
    sourceQueueArns = concat(
      [aws_sqs_queue.intake.arn],
      length(local.confirms) == 0 ? [] : ["${trimsuffix(aws_sqs_queue.intake.arn, "intake")}confirm"],
    )
  })
}

# No backups: an old state of the ledger would cause duplicates.
resource "aws_dynamodb_table" "ledger" {
  name         = "${var.name}-ledger"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  server_side_encryption {
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }
}

# Events on the bus refer to its objects.
resource "aws_s3_bucket" "overflow" {
  bucket_prefix = "${var.name}-overflow-"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "overflow" {
  bucket                  = aws_s3_bucket.overflow.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "overflow" {
  bucket = aws_s3_bucket.overflow.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "overflow" {
  bucket = aws_s3_bucket.overflow.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "overflow" {
  bucket = aws_s3_bucket.overflow.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.overflow_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

data "aws_iam_policy_document" "overflow" {
  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.overflow.arn, "${aws_s3_bucket.overflow.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "overflow" {
  bucket = aws_s3_bucket.overflow.id
  policy = data.aws_iam_policy_document.overflow.json
}

data "aws_cloudwatch_event_bus" "existing" {
  count = var.event_bus_name == "" ? 0 : 1
  name  = var.event_bus_name
}

resource "aws_cloudwatch_event_bus" "this" {
  count = var.event_bus_name == "" ? 1 : 0

  name               = var.name
  description        = "Events of media services"
  kms_key_identifier = var.kms_key_arn

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  bus_name = var.event_bus_name == "" ? aws_cloudwatch_event_bus.this[0].name : var.event_bus_name
  bus_arn  = var.event_bus_name == "" ? aws_cloudwatch_event_bus.this[0].arn : data.aws_cloudwatch_event_bus.existing[0].arn
}

resource "aws_cloudwatch_event_archive" "this" {
  count = var.archive_days == 0 ? 0 : 1

  name               = var.name
  description        = "Events of media services, for replay"
  event_source_arn   = local.bus_arn
  retention_days     = var.archive_days
  kms_key_identifier = var.kms_key_arn
  event_pattern      = jsonencode({ source = [{ prefix = "mediahook." }] })

  lifecycle {
    prevent_destroy = true
  }
}

# A receiver's secret is created with a random URL token, so that requests without it are rejected. Neither the
# token nor what is put into the secret later is in the state.
resource "aws_secretsmanager_secret" "receiver" {
  for_each = local.receivers

  name        = "${var.name}/${each.key}"
  description = "Credentials that authenticate the callbacks of ${each.key}"
  kms_key_id  = var.kms_key_arn
}

ephemeral "aws_secretsmanager_random_password" "token" {
  for_each = local.receivers

  password_length     = 43
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "receiver" {
  for_each = local.receivers

  secret_id                = aws_secretsmanager_secret.receiver[each.key].id
  secret_string_wo_version = 1

  secret_string_wo = jsonencode({
    keys          = []
    callback_urls = []
    tokens        = ephemeral.aws_secretsmanager_random_password.token[each.key].random_password
  })
}

resource "aws_secretsmanager_secret" "pull" {
  for_each = local.pulls

  name        = "${var.name}/${each.key}"
  description = "Access key that pulls events"
  kms_key_id  = var.kms_key_arn
}

resource "aws_secretsmanager_secret_version" "pull" {
  for_each = local.pulls

  secret_id                = aws_secretsmanager_secret.pull[each.key].id
  secret_string_wo_version = 1
  secret_string_wo         = jsonencode({ access_key_id = "", access_key_secret = "" })
}

resource "aws_secretsmanager_secret" "lookup" {
  for_each = local.asked

  name        = "${var.name}/${each.key}-lookup"
  description = "Access key that asks the vendor about jobs"
  kms_key_id  = var.kms_key_arn
}

resource "aws_secretsmanager_secret_version" "lookup" {
  for_each = local.asked

  secret_id                = aws_secretsmanager_secret.lookup[each.key].id
  secret_string_wo_version = 1
  secret_string_wo         = jsonencode({ access_key_id = "", access_key_secret = "" })
}
