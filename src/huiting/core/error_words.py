"""Reasons and remedies of errors in Chinese, for a user who reads Chinese.

Errors are raised in English, with stable codes; what a batch, a rule or a language model
may answer with is translated where it is shown. What is not known stays English.
"""

import re

from huiting.core.errors import HuitingError

_EXACT = {
    # recordings
    "the file is empty": "文件是空的",
    "it holds no audio": "文件里没有音频",
    "it holds no sound": "文件里没有声音",
    "no packet of it decodes": "音频数据全部无法解码",
    "its structure runs in circles": "文件结构有误（循环引用）",
    "its index is missing, as when a recording was cut off": "缺少索引，录音可能被中途截断",
    "it is no audio file that we know": "不是可识别的音频文件",
    "it changed while it was read": "读取过程中文件有变动",
    "it is a folder": "这是文件夹",
    "it is no ordinary file": "不是普通文件",
    "there is no such file": "没有这个文件",
    "it may not be read": "没有读取权限",
    "it is no JSON object": "JSON 内容不是对象",
    "it is neither UTF-8 nor GB18030 text": "既不是 UTF-8 也不是 GB18030 文本",
    "there is no such file or folder": "没有这个文件或文件夹",
    "no audio file is found there": "里面没有音频文件",
    "check the name and the extension": "请检查名称与扩展名",
    "give this user the right to it": "请授予当前用户访问权限",
    "name fewer folders at once": "请减少一次指定的文件夹",
    "copy it again from the recorder": "请从录音设备重新拷贝",
    "export it again from the recorder": "请从录音设备重新导出",
    "check that the right file was exported": "请确认导出的是正确的文件",
    "export it as WAV or MP3": "请导出为 WAV 或 MP3",
    "check the raw format": "请检查无文件头音频的格式设置",
    "if it is audio without a header say so (--raw mulaw:8000:2), else export it as WAV": (
        "如为无文件头音频请注明（--raw mulaw:8000:2），否则请导出为 WAV"
    ),
    "run again when the recorder has closed it": "请待录音完成后再运行",
    "run again when it is whole": "请待文件完整后再运行",
    "name an audio file": "请指定音频文件",
    "give this user the right to read it": "请授予当前用户读取权限",
    "check the name": "请检查名称",
    "check name and rights": "请检查名称与权限",
    "check the disk": "请检查磁盘",
    "raise the size limit": "请调高大小上限",
    "raise the limit": "请调高上限",
    "split it or raise the limit": "请拆分录音或调高上限",
    "split or remove it": "请拆分或移除",
    "it is no call; leave it out": "这不是通话，请移除",
    "correct or remove it": "请更正或移除",
    "write {...} or remove it": "请写成 {...} 或移除",
    "save it as UTF-8": "请另存为 UTF-8",
    "give an audio file": "请提供音频文件",
    "try again": "请重试",
    "use --language auto": "请使用 --language auto",
    "report this with the log; the recording itself may be fine": (
        "请附日志反馈此问题；录音本身可能没有问题"
    ),
    # a language model
    "the answer is no chat completion": "返回的不是对话补全格式",
    "the answer holds no text": "返回中没有文字",
    "an endless answer": "回答过长，没有结束",
    "the answer is no JSON object": "回答不是 JSON 对象",
    "the answer is empty": "回答是空的",
    "the summary quotes nothing that was said": "摘要没有引用任何原话",
    "it cannot tell": "模型无法判断",
    "it says yes and quotes nothing that was said": "模型回答“是”，但没有引用任何原话",
    "no language model is set": "未设置语言模型",
    "look at the server": "请检查语言模型服务",
    "look at the server's log": "请查看语言模型服务的日志",
    "give the address up to /v1": "请把地址写到 /v1 为止",
    "check the key": "请检查密钥",
    "check llm_url (up to /v1) and llm_model": "请检查 llm_url（写到 /v1 为止）和 llm_model",
    "try another model": "请换一个模型",
    "raise llm_budget": "请调高 llm_budget",
    "listen to the call": "请听录音",
    "set one, or leave the rule out": "请设置一个，或去掉这条规则",
    # rules and the store
    "no model of meaning is installed": "未安装语义模型",
    "install it: huiting setup": "请运行 huiting setup 安装",
    "free space, then run again": "请腾出磁盘空间后重新运行",
    "check the disk, then run again": "请检查磁盘后重新运行",
    "report this as a fault": "请反馈此故障",
}
_PATTERNS = tuple(
    (re.compile(pattern), mandarin)
    for pattern, mandarin in (
        (r"it claims (\d+) channels at (\d+) Hz", r"声称有 \1 个声道、\2 Hz"),
        (
            r"1 to (\d+) channels at (\d+) to (\d+) Hz can be read",
            r"可读取 1 至 \1 个声道、\2 至 \3 Hz",
        ),
        (r"its codec (.+) is not read", r"不支持其编码 \1"),
        (r"it cannot be read as (.+)", r"无法按 \1 读取"),
        (r"it is longer than (\S+) hours", r"长于 \1 小时"),
        (
            r"it claims (\S+) hours, more than the limit of (\S+)",
            r"声称长 \1 小时，超过上限 \2 小时",
        ),
        (
            r"it goes on after (\S+) hours, more than the limit of (\S+)",
            r"超过 \1 小时仍未结束，上限为 \2 小时",
        ),
        (r"(\d+) bytes unpack to more than (\S+) hours", r"\1 字节解出超过 \2 小时的音频"),
        (r"(\d+) bytes are more than the limit of (\d+)", r"\1 字节，超过上限 \2 字节"),
        (r"(\d+) of (\d+) packets do not decode", r"\2 个数据包中有 \1 个无法解码"),
        (r"reading failed: (.+)", r"读取失败：\1"),
        (r"it cannot be (?:read|looked at): (.+)", r"无法读取：\1"),
        (r"the folder cannot be read: (.+)", r"无法读取文件夹：\1"),
        (r"it is no JSON: (.+)", r"不是有效的 JSON：\1"),
        (r"it is larger than (\d+) bytes", r"大于 \1 字节"),
        (r"no answer \((.+)\)", r"没有应答（\1）"),
        (r"HTTP (\d+)", r"返回 HTTP \1"),
        (r"the budget of (\d+) questions is spent", r"本次运行的 \1 次提问额度已用完"),
        (r"(.+) of (.+) clips failed: (.+)", r"\2 个片段在 \1 时失败：\3"),
        (r"the model does not know the language (.+)", r"模型不支持语种 \1"),
    )
)


def mandarin(text: str) -> str:
    """Return a reason, a remedy, or a whole message (`subject: reason; remedy`) in Chinese."""
    known = _known(text)
    if known is not None:
        return known
    for at in (m.start() for m in re.finditer("; ", text)):  # a reason may hold one as well
        head, remedy = text[:at], text[at + 2 :]
        told = _known(remedy)
        if told is None:
            continue
        for colon in (m.start() for m in re.finditer(": ", head)):
            reason = _known(head[colon + 2 :])
            if reason is not None:
                return f"{head[:colon]}：{reason}；{told}"
        return f"{_known(head) or head}；{told}"
    return text


def _known(text: str) -> str | None:
    if text in _EXACT:
        return _EXACT[text]
    for pattern, written in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return found.expand(written)
    return None


def because(error: HuitingError, tongue: str) -> str:
    """Return why something failed and what to do about it, without its subject."""
    if tongue == "zh":
        return f"{mandarin(error.reason)}；{mandarin(error.remedy)}"
    return f"{error.reason}; {error.remedy}"
