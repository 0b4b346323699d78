//! Which jobs there are, how each is asked about, and where its answer has the members of its callback.

use crate::aliyun::{Members, RUN};

/// Jobs of one sort: how to ask about one.
#[derive(Debug)]
pub(super) struct Family {
    /// The event that a job ends with.
    pub(super) end: &'static str,
    /// The action that tells about one, and its parameter for the id.
    pub(super) action: (&'static str, &'static str),
    /// Where in the answer the job is.
    pub(super) job: &'static str,
    /// The members of the callback's body.
    pub(super) members: Members,
    /// When it ended.
    pub(super) ended_at: &'static str,
}

/// A list of the jobs of a family.
#[derive(Debug)]
pub(super) struct List {
    /// The event that a job of it ends with.
    pub(super) end: &'static str,
    pub(super) action: &'static str,
    /// The parameters for the time of creation, from and until; none where the newest come first.
    pub(super) times: Option<[&'static str; 2]>,
    /// The parameter for the order, and its value.
    pub(super) order: Option<(&'static str, &'static str)>,
    /// The parameters for the number of rows, and for the mark of a page, which the answer has under the same name.
    pub(super) paging: [&'static str; 2],
    /// Where the answer has its rows.
    pub(super) rows: &'static str,
    /// Where a row has its id.
    pub(super) id: &'static str,
    /// Where a row has its status.
    pub(super) status: &'static str,
    /// What a row tells.
    pub(super) row: Row,
}

/// What the row of a list tells of its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// All.
    Whole,
    /// Not all: its details are to be asked for where they are wanted.
    Brief,
    /// Not all, and parts of the job end with events of their own, which only its details tell.
    Parent,
}

/// The events whose bodies need more than a table: see [`super::body`].
pub(super) const CONVERSION: &str = "MediaConvertComplete";
pub(super) const GROUP: &str = "MediaConvertOutputGroupComplete";
pub(super) const OUTPUT: &str = "MediaConvertOutputComplete";
pub(super) const RECORDING: &str = "LiveRecordFileCreated";

/// Ends that are told by the state of media.
pub(super) const MEDIA: [&str; 5] = [
    "FileUploadComplete",
    "ImageUploadComplete",
    "AttachedMediaUploadComplete",
    "RegisterMediaComplete",
    "VideoAnalysisComplete",
];

/// Of `GetSnapshotJob` and `GetDynamicImageJob`. Input and output are written otherwise in a callback.
const IMAGES: Members = &[
    ("JobId", "/JobId"),
    ("TriggerSource", "/TriggerSource"),
    ("Name", "/Name"),
    ("Type", "/Type"),
    ("Count", "/Count"),
    ("TemplateConfig", "/TemplateConfig"),
    ("TemplateId", "/TemplateId"),
    ("PipelineId", "/PipelineId"),
    ("Status", "/Status"),
    ("ErrorCode", "/Code"),
    ("ErrorMessage", "/Message"),
    ("UserData", "/UserData"),
    ("SubmitTime", "/SubmitTime"),
    ("FinishTime", "/FinishTime"),
];

#[rustfmt::skip] // One line for each family.
pub(super) const FAMILIES: &[Family] = &[
    Family { end: "SnapshotComplete", action: ("GetSnapshotJob", "JobId"), job: "/SnapshotJob", members: IMAGES, ended_at: "/FinishTime" },
    Family { end: "DynamicImageComplete", action: ("GetDynamicImageJob", "JobId"), job: "/DynamicImageJob", members: IMAGES, ended_at: "/FinishTime" },
    Family { end: "TranscodeParentComplete", action: ("GetTranscodeJob", "ParentJobId"), job: "/TranscodeParentJob", members: TRANSCODE, ended_at: "/FinishTime" },
    Family { end: CONVERSION, action: CONVERT, job: "/Job", members: &[("JobId", "/JobId"), ("Status", "/State"), ("Code", "/Code"), ("Message", "/Message"), ("UserData", "/UserData"), ("FinishTime", "/FinishTime")], ended_at: "/FinishTime" },
    Family { end: GROUP, action: CONVERT, job: "/Job", members: PART, ended_at: "/FinishTime" },
    Family { end: OUTPUT, action: CONVERT, job: "/Job", members: PART, ended_at: "/FinishTime" },
    Family { end: "WorkflowTaskComplete", action: ("GetWorkflowTask", "TaskId"), job: "/WorkflowTask", members: RUN, ended_at: "/FinishTime" },
    Family { end: "ProduceMediaComplete", action: ("GetMediaProducingJob", "JobId"), job: "/MediaProducingJob", members: PRODUCTION, ended_at: "/CompleteTime" },
    Family { end: "BatchProduceMediaComplete", action: ("GetBatchMediaProducingJob", "JobId"), job: "/EditingBatchJob", members: &[("JobId", "/JobId"), ("Status", "/Status"), ("UserData", "/UserData"), ("Extend", "/Extend")], ended_at: "/CompleteTime" },
    Family { end: "SmartJobComplete", action: ("GetSmartHandleJob", "JobId"), job: "", members: SMART, ended_at: "/SmartJobInfo/ModifiedTime" },
    Family { end: "AIProduceComplete", action: ("QueryIProductionJob", "JobId"), job: "", members: IPRODUCTION, ended_at: "/FinishTime" },
    Family { end: "UploadByURLComplete", action: UPLOAD, job: "/URLUploadInfoList/0", members: URL, ended_at: "/CompleteTime" },
    Family { end: "UploadStreamByURLComplete", action: UPLOAD, job: "/URLUploadInfoList/0", members: URL, ended_at: "/CompleteTime" },
];

const CONVERT: (&str, &str) = ("GetMediaConvertJob", "JobId");
const UPLOAD: (&str, &str) = ("GetUrlUploadInfos", "JobIds");

const TRANSCODE: Members = &[
    ("ParentJobId", "/ParentJobId"),
    ("Status", "/Status"),
    ("Name", "/Name"),
    ("TriggerSource", "/TriggerSource"),
    ("FinishTime", "/FinishTime"),
    ("UserData", "/UserData"),
];

/// A part of a transcode job.
pub(super) const TRANSCODED: Members = &[
    ("JobId", "/JobId"),
    ("Status", "/Status"),
    ("OutFileMeta", "/OutFileMeta"),
    // Of what is asked for; what was made, the properties of the file tell.
    ("OutputUrl", "/Output/OutputUrl"),
    ("OutputUrl", "/OutFileMeta/FileBasicInfo/FileUrl"),
];

/// A part of a job of `SubmitMediaConvertJob`.
const PART: Members = &[
    ("TaskId", "/TaskId"),
    ("Name", "/Name"),
    ("Status", "/Status"),
    ("Code", "/Code"),
    ("Message", "/Message"),
    ("OutFileMeta", "/Result/OutFileMeta"),
    ("OutputUrl", "/Result/OutputFile/Url"),
];

const PRODUCTION: Members = &[
    ("JobId", "/JobId"),
    ("ProjectId", "/ProjectId"),
    ("Status", "/Status"),
    ("MediaId", "/MediaId"),
    ("MediaURL", "/MediaURL"),
    ("ErrorCode", "/Code"),
    ("ErrorMessage", "/Message"),
    ("UserData", "/UserData"),
];

const SMART: Members = &[
    ("JobId", "/JobId"),
    ("JobType", "/SmartJobInfo/JobType"),
    ("Status", "/State"),
    ("MediaId", "/JobResult/MediaId"),
    ("ErrorCode", "/ErrorCode"),
    ("ErrorMessage", "/ErrorMessage"),
    ("CreateTime", "/SmartJobInfo/CreateTime"),
    ("ModifiedTime", "/SmartJobInfo/ModifiedTime"),
    ("UserData", "/UserData"),
];

const IPRODUCTION: Members = &[
    ("JobId", "/JobId"),
    ("FunctionName", "/FunctionName"),
    ("Status", "/Status"),
    ("OutputFiles", "/OutputFiles"),
    ("OutputUrls", "/OutputUrls"),
    ("OutputMediaIds", "/OutputMediaIds"),
    ("Result", "/Result"),
    ("UserData", "/UserData"),
];

const URL: Members = &[
    ("JobId", "/JobId"),
    ("MediaId", "/MediaId"),
    ("SourceURL", "/UploadURL"),
    ("ErrorCode", "/ErrorCode"),
    ("ErrorMessage", "/ErrorMessage"),
    ("UserData", "/UserData"),
];

const CREATED: Option<[&str; 2]> = Some(["StartOfCreateTime", "EndOfCreateTime"]);
const STARTED: Option<[&str; 2]> = Some(["StartTime", "EndTime"]);
const BY_PAGE: [&str; 2] = ["PageSize", "NextPageToken"];
const BY_TOKEN: [&str; 2] = ["MaxResults", "NextToken"];

const SNAPSHOTS: List = List {
    end: "SnapshotComplete",
    action: "ListSnapshotJobs",
    times: CREATED,
    order: Some(("OrderBy", "CreateTimeAsc")),
    paging: BY_PAGE,
    rows: "/Jobs",
    id: "/JobId",
    status: "/Status",
    row: Row::Brief,
};

const PRODUCTIONS: List = List {
    end: "ProduceMediaComplete",
    action: "ListMediaProducingJobs",
    times: STARTED,
    order: Some(("SortBy", "CreationTime:Asc")),
    paging: BY_TOKEN,
    rows: "/MediaProducingJobList",
    row: Row::Whole,
    ..SNAPSHOTS
};

/// The lists, in the order in which they are read. That of the files of live recordings comes after them.
///
/// Not listed are the jobs of `ListTranscodeJobs`, for whose events the vendor has sent no callbacks since 2026, and media, of
/// which no list says how they came.
#[rustfmt::skip] // One line for each list.
pub(super) const LISTS: &[List] = &[
    SNAPSHOTS,
    List { end: "DynamicImageComplete", action: "ListDynamicImageJobs", ..SNAPSHOTS },
    List { end: CONVERSION, action: "ListMediaConvertJobs", status: "/State", row: Row::Parent, ..SNAPSHOTS },
    List { end: "WorkflowTaskComplete", action: "ListWorkflowTasks", order: None, paging: BY_TOKEN, rows: "/TaskList", id: "/TaskId", ..SNAPSHOTS },
    PRODUCTIONS,
    List { end: "BatchProduceMediaComplete", action: "ListBatchMediaProducingJobs", order: Some(("SortBy", "asc")), rows: "/EditingBatchJobList", ..PRODUCTIONS },
    List { end: "SmartJobComplete", action: "ListSmartJobs", times: None, order: Some(("SortBy", "CreationTime:Desc")), rows: "/SmartJobList", status: "/JobState", row: Row::Brief, ..PRODUCTIONS },
];
