# Alarms and dashboard are those of the SAM template: the same file.
resource "aws_cloudformation_stack" "monitoring" {
  name          = "${var.name}-monitoring"
  template_body = file("${var.package}/monitoring.yaml")

  parameters = merge(
    {
      AliyunVodFunction            = ""
      AliyunImsFunction            = ""
      TencentCiFunction            = ""
      TencentVodFunction           = ""
      TencentVodPullFunction       = ""
      AliyunMnsPullFunction        = ""
      ConfirmFunction              = ""
      ConfirmQueue                 = ""
      ReconcileFunction            = ""
      FailedMediaDeadLetterQueue   = ""
      OldestMessageSeconds         = "900"
      RejectedThreshold            = "20"
      InvocationsThreshold         = "30000"
      PullSilenceHours             = "1"
      ReconcileSilenceHours        = "3"
      AliyunVodSilenceHours        = "0"
      AliyunImsSilenceHours        = "0"
      TencentCiSilenceHours        = "0"
      TencentVodSilenceHours       = "0"
      TencentVodPulledSilenceHours = "0"
      AliyunMnsPulledSilenceHours  = "0"
    },
    # aliyun-vod is AliyunVodFunction there.
    { for slug in keys(local.receivers) :
      "${join("", [for word in split("-", slug) : title(word)])}Function" => aws_lambda_function.receiver[slug].function_name
    },
    { for slug in keys(local.pulls) :
      "${join("", [for word in split("-", slug) : title(word)])}Function" => aws_lambda_function.pull[slug].function_name
    },
    length(local.confirms) == 0 ? {} : {
      ConfirmFunction = aws_lambda_function.confirm["confirm"].function_name
      ConfirmQueue    = aws_sqs_queue.confirm[0].name
    },
    length(local.reconcile) == 0 ? {} : {
      ReconcileFunction = aws_lambda_function.reconcile["reconcile"].function_name
    },
    {
      Stack            = var.name
      DispatchFunction = aws_lambda_function.dispatch.function_name
      IntakeQueue      = aws_sqs_queue.intake.name
      DeadLetterQueue  = aws_sqs_queue.dead_letters.name
      AlarmTopicArn    = var.alarm_topic_arn
    },
    var.alarms,
  )
}

# The schema of the event is that of the SAM template, too.
resource "aws_cloudformation_stack" "schemas" {
  count = var.schema_registry ? 1 : 0

  name          = "${var.name}-schemas"
  template_body = file("${var.package}/schemas.yaml")
  parameters    = { Stack = var.name }
}
