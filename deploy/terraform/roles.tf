# Each function has a role of its own.

data "aws_iam_policy_document" "assume" {
  for_each = toset(["lambda.amazonaws.com", "scheduler.amazonaws.com"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.key]
    }
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name                 = "${var.name}-${each.key}"
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.assume["lambda.amazonaws.com"].json
}

data "aws_iam_policy_document" "common" {
  for_each = local.functions

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "storing" {
  for_each = merge(local.receivers, local.pulls)

  source_policy_documents = [data.aws_iam_policy_document.common[each.key].json]

  statement {
    actions   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
    resources = [contains(local.confirms, each.key) ? aws_sqs_queue.confirm[0].arn : aws_sqs_queue.intake.arn]
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = [for slug in local.prefixes[each.key] : "${aws_s3_bucket.overflow.arn}/${slug}/*"]
  }

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [contains(var.products, each.key) ? aws_secretsmanager_secret.receiver[each.key].arn : aws_secretsmanager_secret.pull[each.key].arn]
  }
}

resource "aws_iam_role_policy" "storing" {
  for_each = merge(local.receivers, local.pulls)

  name   = "function"
  role   = aws_iam_role.function[each.key].id
  policy = data.aws_iam_policy_document.storing[each.key].json
}

data "aws_iam_policy_document" "confirm" {
  for_each = local.confirm

  source_policy_documents = [data.aws_iam_policy_document.common["confirm"].json]

  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.confirm[0].arn]
  }

  statement {
    actions   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.intake.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [for slug in local.confirms : "${aws_s3_bucket.overflow.arn}/${slug}/*"]
  }

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [for slug in local.confirms : aws_secretsmanager_secret.lookup[slug].arn]
  }
}

resource "aws_iam_role_policy" "confirm" {
  for_each = local.confirm

  name   = "function"
  role   = aws_iam_role.function["confirm"].id
  policy = data.aws_iam_policy_document.confirm["confirm"].json
}

# Of the ledger it reads everything and writes only its own notes.
data "aws_iam_policy_document" "reconcile" {
  for_each = local.reconcile

  source_policy_documents = [data.aws_iam_policy_document.common["reconcile"].json]

  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.intake.arn]
  }

  statement {
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem"]
    resources = [aws_dynamodb_table.ledger.arn]
  }

  statement {
    actions   = ["dynamodb:PutItem"]
    resources = [aws_dynamodb_table.ledger.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["reconcile#*"]
    }
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = [for slug in local.reconciles : "${aws_s3_bucket.overflow.arn}/${slug}/*"]
  }

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [for slug in local.reconciles : aws_secretsmanager_secret.lookup[slug].arn]
  }
}

resource "aws_iam_role_policy" "reconcile" {
  for_each = local.reconcile

  name   = "function"
  role   = aws_iam_role.function["reconcile"].id
  policy = data.aws_iam_policy_document.reconcile["reconcile"].json
}

data "aws_iam_policy_document" "dispatch" {
  source_policy_documents = [data.aws_iam_policy_document.common["dispatch"].json]

  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.intake.arn]
  }

  statement {
    actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    resources = [aws_dynamodb_table.ledger.arn]
  }

  statement {
    actions   = ["events:PutEvents"]
    resources = [local.bus_arn]
  }
}

resource "aws_iam_role_policy" "dispatch" {
  name   = "function"
  role   = aws_iam_role.function["dispatch"].id
  policy = data.aws_iam_policy_document.dispatch.json
}

resource "aws_iam_role" "schedule" {
  count = length(local.pulls) == 0 ? 0 : 1

  name                 = "${var.name}-schedule"
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.assume["scheduler.amazonaws.com"].json
}

data "aws_iam_policy_document" "schedule" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [for slug in keys(local.pulls) : aws_lambda_function.pull[slug].arn]
  }
}

resource "aws_iam_role_policy" "schedule" {
  count = length(local.pulls) == 0 ? 0 : 1

  name   = "schedule"
  role   = aws_iam_role.schedule[0].id
  policy = data.aws_iam_policy_document.schedule.json
}

resource "aws_iam_role" "reconcile_schedule" {
  count = length(local.reconcile) == 0 ? 0 : 1

  name                 = "${var.name}-reconcile-schedule"
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = data.aws_iam_policy_document.assume["scheduler.amazonaws.com"].json
}

data "aws_iam_policy_document" "reconcile_schedule" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [for slug in keys(local.reconcile) : aws_lambda_function.reconcile[slug].arn]
  }
}

resource "aws_iam_role_policy" "reconcile_schedule" {
  count = length(local.reconcile) == 0 ? 0 : 1

  name   = "schedule"
  role   = aws_iam_role.reconcile_schedule[0].id
  policy = data.aws_iam_policy_document.reconcile_schedule.json
}
