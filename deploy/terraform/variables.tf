# Names and meanings are those of the parameters of template.yaml; docs/operations.md says what each costs and protects.

variable "name" {
  description = "Name of all that is made: queue, bus, secrets, alarms."
  type        = string
  default     = "mediahook"
}

variable "package" {
  description = "Folder of an unpacked release, or of `make package`: the functions' zips, and monitoring.yaml."
  type        = string
}

variable "architecture" {
  description = "Processor architecture that the zips were built for."
  type        = string
  default     = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture must be arm64 or x86_64."
  }
}

variable "products" {
  description = "Products whose callbacks are received, each on a URL of its own."
  type        = set(string)
  default     = []
  validation {
    condition     = length(setsubtract(var.products, ["aliyun-vod", "aliyun-ims", "tencent-ci", "tencent-vod"])) == 0
    error_message = "Products are aliyun-vod, aliyun-ims, tencent-ci and tencent-vod."
  }
}

variable "tencent_vod_pull" {
  description = "Where to pull events of Tencent Cloud VOD. Null creates no pull function."
  type        = object({ endpoint = string, sub_app_id = optional(string, "") })
  default     = null
}

variable "aliyun_mns_pull" {
  description = "Where to pull messages of Alibaba Cloud, and from which queues. Null creates no pull function."
  type        = object({ endpoint = string, queues = list(string) })
  default     = null
}

variable "pull_schedule" {
  description = "When the pull functions run."
  type        = string
  default     = "rate(1 minute)"
}

variable "confirm_aliyun_vod" {
  description = "Kinds of ApsaraVideo VOD's events that are confirmed by its API, separated by commas, or all; the API in the region of the media, https://vod.<region>.aliyuncs.com; and all domains that deliver media. Null confirms none."
  type        = object({ kinds = string, endpoint = string, domains = optional(list(string), []) })
  default     = null

  validation {
    condition     = can(regex(local.kinds, try(var.confirm_aliyun_vod.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.confirm_aliyun_vod == null || contains(var.products, "aliyun-vod")
    error_message = "Events of aliyun-vod can be confirmed only where products has it."
  }
}

variable "confirm_aliyun_ims" {
  description = "Kinds of Intelligent Media Services' events that are confirmed by its API, separated by commas, or all; and the API in the region of the jobs, https://ice.<region>.aliyuncs.com. Null confirms none."
  type        = object({ kinds = string, endpoint = string })
  default     = null

  validation {
    condition     = can(regex(local.kinds, try(var.confirm_aliyun_ims.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.confirm_aliyun_ims == null || contains(var.products, "aliyun-ims")
    error_message = "Events of aliyun-ims can be confirmed only where products has it."
  }
}

variable "aliyun_account" {
  description = "The account at Alibaba Cloud to which the access keys of confirmation and of the search for missing events belong. Found events bear it, and events that name another one are not confirmed. Empty compares none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[0-9]{0,19}$", var.aliyun_account))
    error_message = "It must be empty or a number."
  }
}

variable "confirm_tencent_ci" {
  description = "Kinds of Cloud Infinite's events that are confirmed by its API, separated by commas, or all; and the buckets that it is asked about, name-appid/region. Null confirms none."
  type        = object({ kinds = string, buckets = list(string) })
  default     = null

  validation {
    condition     = can(regex(local.kinds, try(var.confirm_tencent_ci.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.confirm_tencent_ci == null || contains(var.products, "tencent-ci")
    error_message = "Events of tencent-ci can be confirmed only where products has it."
  }

  validation {
    condition     = alltrue([for bucket in try(var.confirm_tencent_ci.buckets, []) : can(regex("^[a-z0-9][a-z0-9-]*-[0-9]+/[a-z0-9][a-z0-9-]*$", bucket))])
    error_message = "The buckets must be name-appid/region."
  }
}

variable "confirm_tencent_vod" {
  description = "Kinds of Tencent Cloud VOD's events that are confirmed by its API, separated by commas, or all. Null confirms none."
  type = object({
    kinds      = string
    endpoint   = optional(string, "https://vod.tencentcloudapi.com")
    sub_app_id = optional(string, "")
  })
  default = null

  validation {
    condition     = can(regex(local.kinds, try(var.confirm_tencent_vod.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.confirm_tencent_vod == null || contains(var.products, "tencent-vod")
    error_message = "Events of tencent-vod can be confirmed only where products has it."
  }
}

variable "confirm_within" {
  description = "The longest for which an event waits for a vendor's confirmation, in seconds. After that it is published as unverifiable."
  type        = number
  default     = 600

  validation {
    condition     = var.confirm_within >= 10 && var.confirm_within <= 43200
    error_message = "It must be from 10 to 43200."
  }
}

variable "confirm_per_minute" {
  description = "Events per minute about which each vendor is asked, at most. More wait. Alibaba Cloud's APIs get at most 840 requests a minute, mostly one to five about an event."
  type        = number
  default     = 600

  validation {
    condition     = var.confirm_per_minute >= 10 && var.confirm_per_minute <= 6000
    error_message = "It must be from 10 to 6000."
  }
}

variable "reconcile_aliyun_vod" {
  description = "Kinds of ApsaraVideo VOD's events whose missing callbacks are looked for, separated by commas, or all; and the API in the region of the media, https://vod.<region>.aliyuncs.com. Null looks for none. Where upload is named, by itself or beside all, videos count as uploaded of which the vendor does not tell how they came."
  type        = object({ kinds = string, endpoint = string })
  default     = null

  validation {
    condition     = can(regex(local.kinds_looked_for, try(var.reconcile_aliyun_vod.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.reconcile_aliyun_vod == null || contains(var.products, "aliyun-vod")
    error_message = "Events of aliyun-vod can be looked for only where products has it."
  }
}

variable "reconcile_aliyun_ims" {
  description = "Kinds of Intelligent Media Services' events whose missing callbacks are looked for, separated by commas, or all; and the API in the region of the jobs, https://ice.<region>.aliyuncs.com. Null looks for none."
  type        = object({ kinds = string, endpoint = string })
  default     = null

  validation {
    condition     = can(regex(local.kinds_looked_for, try(var.reconcile_aliyun_ims.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.reconcile_aliyun_ims == null || contains(var.products, "aliyun-ims")
    error_message = "Events of aliyun-ims can be looked for only where products has it."
  }
}

variable "reconcile_tencent_ci" {
  description = "Kinds of Cloud Infinite's events whose missing callbacks are looked for, separated by commas, or all; the buckets that are asked about, name-appid/region; the tags of jobs, by default all; and the ids of workflows. Null looks for none."
  type = object({
    kinds     = string
    buckets   = list(string)
    tags      = optional(list(string), [])
    workflows = optional(list(string), [])
  })
  default = null

  validation {
    condition     = can(regex(local.kinds_looked_for, try(var.reconcile_tencent_ci.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.reconcile_tencent_ci == null || contains(var.products, "tencent-ci")
    error_message = "Events of tencent-ci can be looked for only where products has it."
  }

  validation {
    condition     = alltrue([for bucket in try(var.reconcile_tencent_ci.buckets, []) : can(regex("^[a-z0-9][a-z0-9-]*-[0-9]+/[a-z0-9][a-z0-9-]*$", bucket))])
    error_message = "The buckets must be name-appid/region."
  }
}

variable "reconcile_tencent_vod" {
  description = "Kinds of Tencent Cloud VOD's events whose missing callbacks are looked for, separated by commas, or all. Null looks for none."
  type = object({
    kinds      = string
    endpoint   = optional(string, "https://vod.tencentcloudapi.com")
    sub_app_id = optional(string, "")
  })
  default = null

  validation {
    condition     = can(regex(local.kinds_looked_for, try(var.reconcile_tencent_vod.kinds, "all")))
    error_message = "The kinds must be all, or kinds of events, separated by commas."
  }

  validation {
    condition     = var.reconcile_tencent_vod == null || contains(var.products, "tencent-vod")
    error_message = "Events of tencent-vod can be looked for only where products has it."
  }
}

variable "reconcile_schedule" {
  description = "When missing events are looked for."
  type        = string
  default     = "rate(15 minutes)"
}

variable "reconcile_grace" {
  description = "How long ago a job has to have ended until its event is missing, in seconds."
  type        = number
  default     = 900

  validation {
    condition     = var.reconcile_grace >= 60 && var.reconcile_grace <= 86400
    error_message = "It must be from 60 to 86400."
  }
}

variable "reconcile_longest_job" {
  description = "The longest that a job runs, in seconds. All but Tencent Cloud VOD list jobs by when they were created."
  type        = number
  default     = 21600

  validation {
    condition     = var.reconcile_longest_job >= 60 && var.reconcile_longest_job <= 604800
    error_message = "It must be from 60 to 604800."
  }
}

variable "event_bus_name" {
  description = "Name of an event bus with rules (Custom Event Bus - Classic) that exists. Empty creates one."
  type        = string
  default     = ""
}

variable "event_limit" {
  description = "Maximum bytes of a queue message and a bus entry."
  type        = number
  default     = 262144
}

variable "overflow_days" {
  description = "Days for which the data of large events stays in the bucket."
  type        = number
  default     = 60
  validation {
    condition     = var.overflow_days > 45
    error_message = "It must be longer than the 45 days of the ledger."
  }
}

variable "archive_days" {
  description = "Days for which an archive keeps every event for replay. 0 creates no archive."
  type        = number
  default     = 0
}

variable "schema_registry" {
  description = "Register the schemas of the events in EventBridge Schemas, from which it makes code bindings."
  type        = bool
  default     = false
}

variable "allow_unsigned" {
  description = "Accept callbacks of products whose secret holds neither keys nor tokens. For trials only."
  type        = bool
  default     = false
}

variable "tolerance" {
  description = "Maximum difference of the signed time of Alibaba Cloud's callbacks to our clock, in seconds, both ways."
  type        = number
  default     = 300
}

variable "receiver_concurrency" {
  description = "Concurrent runs reserved for each receiver, which is also its limit. -1 reserves none."
  type        = number
  default     = -1
}

variable "dispatch_concurrency" {
  description = "Maximum concurrent runs of dispatch."
  type        = number
  default     = 5
}

variable "max_receive_count" {
  description = "Receives after which a message goes to the dead-letter queue. They are 6 minutes apart."
  type        = number
  default     = 240
}

variable "log_level" {
  description = "Minimum level of the functions' log."
  type        = string
  default     = "INFO"
}

variable "log_retention_days" {
  description = "Days for which the functions' logs are kept."
  type        = number
  default     = 30
}

variable "kms_key_arn" {
  description = "Key that encrypts all that is stored. Null leaves it to keys that AWS owns."
  type        = string
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of all roles."
  type        = string
  default     = null
}

variable "role_path" {
  description = "Path of all roles."
  type        = string
  default     = "/"
}

variable "alarm_topic_arn" {
  description = "SNS topic that is notified when an alarm begins and ends. Empty sends no notification."
  type        = string
  default     = ""
}

variable "alarms" {
  description = "Parameters of monitoring.yaml that differ from their defaults: { RejectedThreshold = 50 }."
  type        = map(string)
  default     = {}
}
