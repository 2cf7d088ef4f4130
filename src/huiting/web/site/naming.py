"""What codes that `core.wording` does not know are called: roles of users, states of jobs, deeds."""

from collections.abc import Mapping
from enum import StrEnum

from huiting.access.permissions import Permission, UserRole
from huiting.core import wording
from huiting.jobs.job import State
from huiting.service.keeping.retention import What
from huiting.service.library.kinds import Kind
from huiting.store.audit import Action
from huiting.store.handed import Standing
from huiting.store.reviewing.appeals import AppealState
from huiting.store.reviews import Decision

_NAMES: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    UserRole: {
        UserRole.ADMINISTRATOR: ("administrator", "管理员"),
        UserRole.SUPERVISOR: ("QA supervisor", "质检主管"),
        UserRole.REVIEWER: ("reviewer", "质检员"),
        UserRole.TEAM_LEAD: ("team lead", "班组长"),
        UserRole.AGENT: ("agent", "坐席"),
        UserRole.INTEGRATOR: ("integrator", "系统集成"),
        UserRole.VIEWER: ("viewer", "只读"),
    },
    Action: {
        Action.SIGNED_IN: ("signed in", "登录"),
        Action.SIGN_IN_FAILED: ("failed to sign in", "登录失败"),
        Action.SIGNED_OUT: ("signed out", "退出"),
        Action.SESSION_ENDED: ("ended a session", "结束会话"),
        Action.REFUSED: ("was refused", "被拒绝"),
        Action.SAW: ("saw", "查看"),
        Action.SEARCHED: ("searched", "搜索"),
        Action.PLAYED: ("played", "播放"),
        Action.EXPORTED: ("exported", "导出"),
        Action.ADDED: ("added", "新增"),
        Action.CHANGED: ("changed", "修改"),
        Action.REVIEWED: ("reviewed", "复核"),
        Action.PUBLISHED: ("published", "发布"),
        Action.DELETED: ("put into the bin", "删除（移入回收站）"),
        Action.RESTORED: ("restored", "恢复"),
        Action.PURGED: ("removed for good", "彻底删除"),
        Action.USER_ADDED: ("added a user", "新增用户"),
        Action.USER_CHANGED: ("changed a user", "修改用户"),
        Action.PASSWORD_CHANGED: ("changed a password", "修改密码"),
        Action.PASSWORD_RESET: ("gave a password for one use", "重置为一次性密码"),
        Action.TOKEN_MADE: ("made a token", "创建令牌"),
        Action.TOKEN_REVOKED: ("revoked a token", "吊销令牌"),
        Action.AUDIT_SEALED: ("sealed the log", "封存日志"),
        Action.AUDIT_PRUNED: ("pruned the log", "清理日志"),
        Action.AUDIT_EXPORTED: ("exported the log", "导出日志"),
    },
    Permission: {
        Permission.CALLS_READ: ("see calls", "查看通话"),
        Permission.CALLS_AUDIO: ("hear calls", "收听录音"),
        Permission.CALLS_UNREDACTED: ("see and hear personal data", "查看和收听个人信息"),
        Permission.CALLS_EXPORT: ("export", "导出"),
        Permission.CALLS_WRITE: ("hand in, recognize again, correct", "提交录音、重新识别、更正"),
        Permission.CALLS_DELETE: ("delete and restore", "删除与恢复"),
        Permission.REVIEW: ("review", "复核"),
        Permission.RULES_READ: ("see rules", "查看规则"),
        Permission.RULES_WRITE: ("change and publish rules", "修改并发布规则"),
        Permission.REPORTS_READ: ("see reports", "查看报表"),
        Permission.JOBS_READ: ("see work in progress", "查看任务"),
        Permission.JOBS_WRITE: ("cancel and retry work", "取消与重试任务"),
        Permission.TRANSCRIBE: ("transcribe without keeping", "转写（不保存）"),
        Permission.LIVE_SPEAK: ("send the audio of live calls", "接入实时通话"),
        Permission.LIVE_WATCH: ("watch live calls", "监看实时通话"),
        Permission.USERS_ADMIN: ("administer users", "管理用户"),
        Permission.AUDIT_READ: ("read the audit log", "查看审计日志"),
        Permission.SYSTEM_READ: ("see the system", "查看系统状态"),
        Permission.SYSTEM_ADMIN: ("administer the system", "管理系统"),
    },
    Kind: {
        Kind.RULES: ("Rules", "规则"),
        Kind.SCORECARDS: ("Scorecards", "评分卡"),
        Kind.HOTWORDS: ("Hotwords", "热词"),
        Kind.INTENTS: ("Intents", "意图"),
        Kind.ENTITIES: ("Entities", "实体"),
        Kind.DOCUMENTS: ("Knowledge links", "知识文档"),
    },
    Standing: {
        Standing.WAITING: ("waiting", "等待中"),
        Standing.RUNNING: ("running", "处理中"),
        Standing.DONE: ("done", "完成"),
        Standing.FAILED: ("failed", "失败"),
        Standing.CANCELLED: ("cancelled", "已取消"),
        Standing.REFUSED: ("refused", "未接收"),
        Standing.BINNED: ("in the bin", "在回收站"),
        Standing.GONE: ("removed", "已清除"),
    },
    What: {
        What.CALLS: ("calls", "通话"),
        What.AUDIO: ("audio", "录音"),
        What.FILES: ("recordings without a call", "未成为通话的录音"),
        What.BIN: ("the bin", "回收站"),
        What.ORPHANS: ("audio of no call", "不属于任何通话的录音"),
        What.TRANSCRIPTIONS: ("plain transcriptions", "单独的转写"),
        What.SPEECH: ("speech measured to choose settings", "语音检测的测量结果"),
        What.LIVE: ("live calls without a recording", "未保留录音的实时通话"),
        What.COMPARISONS: ("comparisons of engines", "引擎对比结果"),
    },
    AppealState: {
        AppealState.OPEN: ("open", "待处理"),
        AppealState.UPHELD: ("upheld", "申诉成立"),
        AppealState.REJECTED: ("rejected", "申诉不成立"),
    },
    Decision: {
        Decision.CONFIRMED: ("right", "判定正确"),
        Decision.WRONG: ("wrong (false hit)", "误命中"),
        Decision.MISSED: ("missed", "漏检"),
        Decision.UNSURE: ("cannot say", "无法判断"),
    },
    State: {
        State.WAITING: ("waiting", "等待中"),
        State.RUNNING: ("running", "处理中"),
        State.DONE: ("done", "完成"),
        State.FAILED: ("failed", "失败"),
        State.CANCELLED: ("cancelled", "已取消"),
    },
}

PURPOSES: Mapping[Kind, tuple[str, str]] = {
    Kind.RULES: (
        "What must be said or must not happen in a call, and how it is found.",
        "通话中必须说到或不能出现的内容，以及如何判定。",
    ),
    Kind.SCORECARDS: (
        "Which rules count how much, and what grade follows.",
        "每条规则占多少分，以及对应的等级。",
    ),
    Kind.HOTWORDS: (
        "Names and terms that the recognizer should get right.",
        "希望识别准确的名称与业务词。",
    ),
    Kind.INTENTS: ("Why customers call.", "客户为什么来电。"),
    Kind.ENTITIES: (
        "Products, codes and numbers to find in what is said.",
        "需要从对话中找出的产品、编号与号码。",
    ),
    Kind.DOCUMENTS: (
        "Pages of your knowledge base that go with what happens in a call.",
        "根据通话内容推荐的知识库页面。",
    ),
}
"""What documents of each kind are for."""
WORK: Mapping[str, tuple[str, str]] = {
    "analyze": ("hear and judge recordings", "识别并评判录音"),
    "transcribe": ("transcribe", "转写"),
    "rejudge": ("judge history again", "重新评判历史通话"),
    "export": ("write files", "生成导出文件"),
    "deliver": ("tell others", "发送通知"),
    "digest": ("tell of the day", "发送日报"),
    "look-for-mailings": ("look which reports are due", "查看到期的邮件报表"),
    "send-mailing": ("mail reports", "发送邮件报表"),
    "retention": ("remove what is old", "清理过期数据"),
    "backup": ("back up", "备份"),
    "reseal": ("encrypt recordings", "加密录音"),
    "count": ("add days up", "汇总每日数据"),
    "compare": ("compare engines", "对比引擎"),
    "bulk": ("work on all calls that were found", "批量处理找到的通话"),
}
"""What each kind of job does."""
DUTIES: Mapping[UserRole, tuple[str, str]] = {
    UserRole.ADMINISTRATOR: ("Everything, and who else may come in.", "全部权限，并管理用户。"),
    UserRole.SUPERVISOR: (
        "Rules, reviews, exports, the bin; sees personal data.",
        "规则、复核、导出、回收站；可见个人信息。",
    ),
    UserRole.REVIEWER: (
        "Hears calls and judges verdicts; hands in recordings.",
        "收听通话、复核判定、提交录音。",
    ),
    UserRole.TEAM_LEAD: (
        "Hears the calls of a team, reviews, reads reports, exports.",
        "收听本班组通话、复核、查看报表、导出。",
    ),
    UserRole.AGENT: (
        "Sees and hears own calls only; may appeal.",
        "只能查看和收听自己的通话；可申诉。",
    ),
    UserRole.INTEGRATOR: ("A program, by tokens with scopes.", "程序接入，权限由令牌限定。"),
    UserRole.VIEWER: ("Reads calls and reports, hears nothing.", "可看通话与报表，不能收听。"),
}
"""What each role is for, as whoever gives it reads."""


def work(kind: str, language: str) -> str:
    """Return what a kind of job does; its code where that is not known."""
    return wording.pick(WORK[kind], language) if kind in WORK else kind


STAGES: Mapping[str, tuple[str, str]] = {
    "decode": ("reading the audio", "读取录音"),
    "vad": ("finding speech", "检测语音"),
    "speakers": ("telling speakers apart", "区分说话人"),
    "language": ("recognizing the language", "判断语种"),
    "asr": ("recognizing words", "识别文字"),
    "text": ("writing it well", "整理文本"),
    "sounds": ("listening for sounds", "检测声音事件"),
    "roles": ("telling agent and customer apart", "区分客服与客户"),
    "emotion": ("listening to feelings", "识别情绪"),
    "metrics": ("measuring", "统计指标"),
    "meaning": ("understanding", "理解内容"),
    "rules": ("judging", "评判规则"),
    "export": ("writing files", "生成文件"),
    "remove": ("putting calls into the bin", "移入回收站"),
    "restore": ("bringing calls back", "从回收站恢复"),
    "judge": ("judging", "评判规则"),
    "hear": ("handing calls over to be recognized", "提交重新识别"),
    "assign": ("assigning calls for review", "分配复核"),
}
"""What is being done with a recording, by the names of the pipeline's stages."""


def stage(name: str, language: str) -> str:
    """Return what a stage does; its name where that is not known."""
    return wording.pick(STAGES[name], language) if name in STAGES else name


def purpose(kind: Kind, language: str) -> str:
    """Return what documents of a kind are for."""
    return wording.pick(PURPOSES[kind], language)


def duty(role: UserRole, language: str) -> str:
    """Return what a role is for."""
    return wording.pick(DUTIES[role], language)


def coded(kind: type[StrEnum], code: str, language: str) -> str:
    """Return what a code kept as text is called; itself where it is none of the kind's."""
    known = _NAMES[kind].get(code)
    return code if known is None else wording.pick(known, language)


def named(thing: StrEnum, language: str) -> str:
    """Return what a code is called in `zh` or `en`."""
    pairs = _NAMES.get(type(thing))
    if pairs is None:
        return wording.named(thing, language)
    return wording.pick(pairs[thing.value], language)
