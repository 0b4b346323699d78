locals {
  receivers = { for slug in var.products : slug => {} }
  pulls = merge(
    var.tencent_vod_pull == null ? {} : {
      tencent-vod-pull = merge(
        {
          MEDIAHOOK_TENCENT_ENDPOINT = var.tencent_vod_pull.endpoint
          MEDIAHOOK_SUB_APP_ID       = var.tencent_vod_pull.sub_app_id
        },
        var.confirm_tencent_vod == null ? {} : { MEDIAHOOK_CONFIRM = local.confirm_kinds["tencent-vod"] },
        local.marks["tencent-vod"],
      )
    },
    var.aliyun_mns_pull == null ? {} : {
      aliyun-mns-pull = merge(
        {
          MEDIAHOOK_MNS_ENDPOINT = var.aliyun_mns_pull.endpoint
          MEDIAHOOK_MNS_QUEUES   = join(" ", var.aliyun_mns_pull.queues)
        },
        length(setintersection(local.aliyun, local.confirms)) == 0 ? {} : {
          MEDIAHOOK_CONFIRM = join(" ", [for slug in local.aliyun : local.confirm_kinds[slug]])
        },
        length(setintersection(local.aliyun, local.reconciles)) == 0 ? {} : {
          MEDIAHOOK_RECONCILE = join(" ", [for slug in local.aliyun : local.reconcile_kinds[slug]])
        },
      )
    },
  )
  # What may be chosen of a product. Another word keeps its functions from starting.
  kind  = "(upload|transcode|snapshot|edit|enhance|analysis|moderation|generation|workflow|asset|live|document|probe|unreadable|unknown)"
  kinds = "^(all|${local.kind}(,${local.kind})*)$"
  # What is looked for may be named beside all.
  kinds_looked_for = "^(all|${local.kind})(,${local.kind})*$"
  aliyun           = ["aliyun-vod", "aliyun-ims"]
  slugs            = concat(local.aliyun, ["tencent-ci", "tencent-vod"])
  # The choice for each product; null where there is none.
  confirm_of = {
    aliyun-vod  = var.confirm_aliyun_vod
    aliyun-ims  = var.confirm_aliyun_ims
    tencent-ci  = var.confirm_tencent_ci
    tencent-vod = var.confirm_tencent_vod
  }
  reconcile_of = {
    aliyun-vod  = var.reconcile_aliyun_vod
    aliyun-ims  = var.reconcile_aliyun_ims
    tencent-ci  = var.reconcile_tencent_ci
    tencent-vod = var.reconcile_tencent_vod
  }
  confirms   = [for slug in local.slugs : slug if local.confirm_of[slug] != null]
  reconciles = [for slug in local.slugs : slug if local.reconcile_of[slug] != null]
  asked      = toset(concat(local.confirms, local.reconciles))
  # The words of the variables, such as tencent-ci:moderation,transcode.
  confirm_kinds   = { for slug in local.slugs : slug => "${slug}:${try(local.confirm_of[slug].kinds, "")}" }
  reconcile_kinds = { for slug in local.slugs : slug => "${slug}:${try(local.reconcile_of[slug].kinds, "")}" }
  # What receivers and pull functions note on events whose missing ones are looked for.
  marks     = { for slug in local.slugs : slug => contains(local.reconciles, slug) ? { MEDIAHOOK_RECONCILE = local.reconcile_kinds[slug] } : {} }
  reconcile = length(local.reconciles) == 0 ? {} : { reconcile = {} }
  reconciling = merge(
    {
      MEDIAHOOK_RECONCILE             = join(" ", [for slug in local.slugs : local.reconcile_kinds[slug]])
      MEDIAHOOK_RECONCILE_GRACE       = tostring(var.reconcile_grace)
      MEDIAHOOK_RECONCILE_LONGEST_JOB = tostring(var.reconcile_longest_job)
      MEDIAHOOK_CI_TAGS               = join(" ", try(var.reconcile_tencent_ci.tags, []))
      MEDIAHOOK_CI_WORKFLOWS          = join(" ", try(var.reconcile_tencent_ci.workflows, []))
    },
    local.asking["reconcile"],
    length(local.confirms) == 0 ? {} : { MEDIAHOOK_CONFIRM = local.confirming.MEDIAHOOK_CONFIRM },
  )
  confirm = length(local.confirms) == 0 ? {} : { confirm = {} }
  confirming = merge(
    {
      MEDIAHOOK_CONFIRM            = join(" ", [for slug in local.slugs : local.confirm_kinds[slug]])
      MEDIAHOOK_CONFIRM_WITHIN     = tostring(var.confirm_within)
      MEDIAHOOK_CONFIRM_PER_MINUTE = tostring(var.confirm_per_minute)
      MEDIAHOOK_ALIYUN_VOD_DOMAINS = join(" ", try(var.confirm_aliyun_vod.domains, []))
    },
    local.asking["confirm"],
  )
  # How the vendors' APIs are asked.
  asking = { for name, choice in { confirm = local.confirm_of, reconcile = local.reconcile_of } : name => merge(
    {
      MEDIAHOOK_ALIYUN_VOD_ENDPOINT = try(choice["aliyun-vod"].endpoint, "")
      MEDIAHOOK_IMS_ENDPOINT        = try(choice["aliyun-ims"].endpoint, "")
      MEDIAHOOK_ALIYUN_ACCOUNT      = var.aliyun_account
      MEDIAHOOK_CI_BUCKETS          = join(" ", try(choice["tencent-ci"].buckets, []))
      MEDIAHOOK_TENCENT_ENDPOINT    = try(choice["tencent-vod"].endpoint, "https://vod.tencentcloudapi.com")
      MEDIAHOOK_SUB_APP_ID          = try(choice["tencent-vod"].sub_app_id, "")
    },
    # That of tencent-ci is MEDIAHOOK_TENCENT_CI_SECRET_ID.
    { for slug in local.slugs : "MEDIAHOOK_${upper(replace(slug, "-", "_"))}_SECRET_ID" => aws_secretsmanager_secret.lookup[slug].arn if choice[slug] != null },
  ) }
  # Whose data each of the storing functions writes to the bucket.
  prefixes = {
    aliyun-vod       = ["aliyun-vod"]
    aliyun-ims       = ["aliyun-ims"]
    tencent-ci       = ["tencent-ci"]
    tencent-vod      = ["tencent-vod"]
    tencent-vod-pull = ["tencent-vod"]
    aliyun-mns-pull  = ["aliyun-vod", "aliyun-ims"]
  }
  common = {
    MEDIAHOOK_EVENT_LIMIT       = tostring(var.event_limit)
    MEDIAHOOK_LOG_LEVEL         = var.log_level
    MEDIAHOOK_METRICS_NAMESPACE = "Mediahook/${var.name}"
  }
  storing = {
    MEDIAHOOK_INTAKE   = "sqs:${aws_sqs_queue.intake.id}"
    MEDIAHOOK_OVERFLOW = "s3:${aws_s3_bucket.overflow.id}"
  }
  receiving = merge(
    { for slug in var.products : slug => { MEDIAHOOK_ALLOW_UNSIGNED = tostring(var.allow_unsigned) } },
    { for slug in setintersection(var.products, ["aliyun-vod", "aliyun-ims"]) : slug => {
      MEDIAHOOK_ALLOW_UNSIGNED = tostring(var.allow_unsigned)
      MEDIAHOOK_TOLERANCE      = tostring(var.tolerance)
    } },
  )
  functions = merge(local.receivers, local.pulls, local.confirm, local.reconcile, { dispatch = {} })
}

resource "aws_lambda_function" "receiver" {
  for_each = local.receivers

  function_name                  = "${var.name}-${each.key}"
  description                    = "Receives the callbacks of ${each.key}"
  filename                       = "${var.package}/${each.key}.zip"
  source_code_hash               = filebase64sha256("${var.package}/${each.key}.zip")
  role                           = aws_iam_role.function[each.key].arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = 256
  timeout                        = 10
  reserved_concurrent_executions = var.receiver_concurrency
  kms_key_arn                    = var.kms_key_arn

  environment {
    variables = merge(local.common, local.storing, local.receiving[each.key], local.marks[each.key], {
      MEDIAHOOK_SECRET_ID = aws_secretsmanager_secret.receiver[each.key].arn
      MEDIAHOOK_INTAKE    = "sqs:${contains(local.confirms, each.key) ? aws_sqs_queue.confirm[0].id : aws_sqs_queue.intake.id}"
    })
  }

  # Lambda drops lines below this level, the metrics' lines too. log_level leaves these out of it.
  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    log_group             = aws_cloudwatch_log_group.function[each.key].name
  }

  depends_on = [aws_iam_role_policy.storing]
}

resource "aws_lambda_function" "pull" {
  for_each = local.pulls

  function_name    = "${var.name}-${each.key}"
  description      = "Pulls events from a vendor's queue"
  filename         = "${var.package}/${each.key}.zip"
  source_code_hash = filebase64sha256("${var.package}/${each.key}.zip")
  role             = aws_iam_role.function[each.key].arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 55
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = merge(local.common, local.storing, each.value, {
      MEDIAHOOK_SECRET_ID = aws_secretsmanager_secret.pull[each.key].arn
    })
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    log_group             = aws_cloudwatch_log_group.function[each.key].name
  }

  depends_on = [aws_iam_role_policy.storing]
}

resource "aws_lambda_function_event_invoke_config" "pull" {
  for_each = local.pulls

  function_name                = aws_lambda_function.pull[each.key].function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_scheduler_schedule" "pull" {
  for_each = local.pulls

  name                = "${var.name}-${each.key}"
  schedule_expression = var.pull_schedule

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.pull[each.key].arn
    role_arn = aws_iam_role.schedule[0].arn

    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }
}

resource "aws_lambda_function" "confirm" {
  for_each = local.confirm

  function_name    = "${var.name}-confirm"
  description      = "Asks the vendors' APIs about events before they are published"
  filename         = "${var.package}/confirm.zip"
  source_code_hash = filebase64sha256("${var.package}/confirm.zip")
  role             = aws_iam_role.function["confirm"].arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 30
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = merge(local.common, local.storing, local.confirming, { MEDIAHOOK_CONFIRM_QUEUE = aws_sqs_queue.confirm[0].id })
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    log_group             = aws_cloudwatch_log_group.function["confirm"].name
  }

  depends_on = [aws_iam_role_policy.confirm]
}

# The two runs share the questions per minute.
resource "aws_lambda_event_source_mapping" "confirm" {
  for_each = local.confirm

  function_name           = aws_lambda_function.confirm["confirm"].arn
  event_source_arn        = aws_sqs_queue.confirm[0].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 2
  }
}

resource "aws_lambda_function" "reconcile" {
  for_each = local.reconcile

  function_name    = "${var.name}-reconcile"
  description      = "Looks for jobs that ended at the vendors and of which no event came"
  filename         = "${var.package}/reconcile.zip"
  source_code_hash = filebase64sha256("${var.package}/reconcile.zip")
  role             = aws_iam_role.function["reconcile"].arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 300
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = merge(local.common, local.storing, local.reconciling, { MEDIAHOOK_LEDGER = "dynamodb:${aws_dynamodb_table.ledger.name}" })
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    log_group             = aws_cloudwatch_log_group.function["reconcile"].name
  }

  depends_on = [aws_iam_role_policy.reconcile]
}

resource "aws_lambda_function_event_invoke_config" "reconcile" {
  for_each = local.reconcile

  function_name                = aws_lambda_function.reconcile[each.key].function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_scheduler_schedule" "reconcile" {
  for_each = local.reconcile

  name                = "${var.name}-reconcile"
  schedule_expression = var.reconcile_schedule

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.reconcile[each.key].arn
    role_arn = aws_iam_role.reconcile_schedule[0].arn

    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }
}

resource "aws_lambda_function" "dispatch" {
  function_name    = "${var.name}-dispatch"
  description      = "Publishes the events in the queue to the bus, each once"
  filename         = "${var.package}/dispatch.zip"
  source_code_hash = filebase64sha256("${var.package}/dispatch.zip")
  role             = aws_iam_role.function["dispatch"].arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 60
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = merge(local.common, {
      MEDIAHOOK_LEDGER = "dynamodb:${aws_dynamodb_table.ledger.name}"
      MEDIAHOOK_BUS    = "eventbridge:${local.bus_name}"
    })
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = "TRACE"
    log_group             = aws_cloudwatch_log_group.function["dispatch"].name
  }

  depends_on = [aws_iam_role_policy.dispatch]
}

# What is called is an alias, so that a URL never has to change its target.
resource "aws_lambda_alias" "live" {
  for_each = merge(local.receivers, { dispatch = {} })

  name             = "live"
  function_name    = each.key == "dispatch" ? aws_lambda_function.dispatch.function_name : aws_lambda_function.receiver[each.key].function_name
  function_version = "$LATEST"

  lifecycle {
    # Whoever shifts traffic to versions does it outside of this module.
    ignore_changes = [function_version, routing_config]
  }
}

resource "aws_lambda_event_source_mapping" "dispatch" {
  function_name           = aws_lambda_alias.live["dispatch"].arn
  event_source_arn        = aws_sqs_queue.intake.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.dispatch_concurrency
  }
}

resource "aws_lambda_function_url" "receiver" {
  for_each = local.receivers

  function_name      = aws_lambda_function.receiver[each.key].function_name
  qualifier          = aws_lambda_alias.live[each.key].name
  authorization_type = "NONE"
}

# A URL that everyone may call needs both permissions.
resource "aws_lambda_permission" "url" {
  for_each = local.receivers

  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.receiver[each.key].function_name
  qualifier              = aws_lambda_alias.live[each.key].name
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "url_invoke" {
  for_each = local.receivers

  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.receiver[each.key].function_name
  qualifier                = aws_lambda_alias.live[each.key].name
  principal                = "*"
  invoked_via_function_url = true
}

resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
