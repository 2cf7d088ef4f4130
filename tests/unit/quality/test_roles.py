from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, UNKNOWN, call, says
from huiting.core.types import Call, Party, Role, RoleSource
from huiting.quality._role_cues import announces, evidence
from huiting.quality.roles import build, swapped

decide = build()


def talk(
    *lines: tuple[int, str], direction: str = "in", given: dict[int, Role] | None = None
) -> Call:
    """Return a call of (channel, text) lines, one every two seconds."""
    made = call(
        *(says(UNKNOWN, 2 * i, 2 * i + 1.5, t, channel=c) for i, (c, t) in enumerate(lines))
    )
    given = given or {}
    parties = tuple(
        Party(
            c, None, given.get(c, UNKNOWN), RoleSource.GIVEN if c in given else RoleSource.ASSUMED
        )
        for c in sorted({c for c, _ in lines} | set(given))
    )
    metadata = {"direction": direction}
    return replace(made, parties=parties, recording=replace(made.recording, metadata=metadata))


def roles(made: Call) -> list[Role]:
    return [party.role for party in decide(made)]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            [
                (0, "您好，工号八零零一，请问有什么可以帮您？"),
                (1, "我想退货，我前天买的耳机坏了。"),
            ],
            id="Mandarin",
        ),
        pytest.param(
            [(0, "您好公好801位您服务"), (1, "帮我差一下快地到哪了")], id="misheard Mandarin"
        ),
        pytest.param(
            [(0, "多謝你嘅來電，請問有咩可以幫到你？"), (1, "我想取消我嘅訂單，點解仲未到？")],
            id="Cantonese",
        ),
        pytest.param(
            [
                (0, "Thank you for calling, how may I help you?"),
                (1, "Hi, my package is still not here."),
            ],
            id="English",
        ),
        pytest.param(
            [
                (0, "お電話ありがとうございます。担当の佐藤でございます。"),
                (1, "買った洗濯機が動かなくなってしまったんですが。"),
            ],
            id="Japanese",
        ),
        pytest.param(
            [
                (0, "전화 주셔서 감사합니다. 무엇을 도와드릴까요?"),
                (1, "제가 주문한 상품을 환불 받고 싶은데요."),
            ],
            id="Korean",
        ),
    ],
)
@pytest.mark.parametrize("agent", [0, 1], ids=["agent on the first", "agent on the second"])
def test_an_agent_is_known_by_what_is_said(lines: list[tuple[int, str]], agent: int) -> None:
    wired = [(channel if agent == 0 else 1 - channel, text) for channel, text in lines]

    expected = [AGENT, CUSTOMER] if agent == 0 else [CUSTOMER, AGENT]
    assert roles(talk(*wired)) == expected


def test_a_role_that_was_heard_says_how_surely() -> None:
    few = decide(talk((0, "您好，请讲。"), (1, "我想退货。")))[0]
    many = decide(
        talk(
            (0, "您好，工号八零零一为您服务。"), (1, "我想退货。"), (0, "请您稍等，我帮您查一下。")
        )
    )[0]

    assert few.source is many.source is RoleSource.HEARD
    assert few.confidence is not None
    assert many.confidence is not None
    assert 0.5 < few.confidence < many.confidence < 1


def test_who_only_reads_digits_was_asked_for_them() -> None:
    lines = [(0, "号码是多少？"), (1, "幺三八零零幺三八零零零。"), (0, "嗯。")]

    assert roles(talk(*lines)) == [AGENT, CUSTOMER]


def test_on_an_outbound_call_the_customer_may_speak_first() -> None:
    lines = [
        (0, "喂，你好。"),
        (1, "您好，我是安泰保险的，耽误您一分钟可以吗？"),
        (0, "不需要，别再打了。"),
    ]

    assert roles(talk(*lines, direction="out")) == [CUSTOMER, AGENT]


def test_who_answers_an_inbound_call_is_rather_the_agent() -> None:
    lines = [(0, "早上好。"), (1, "早上好，您好。"), (0, "请讲。")]
    inbound, outbound = decide(talk(*lines)), decide(talk(*lines, direction="out"))

    assert inbound[0].role is AGENT
    assert (outbound[0].confidence or 0) < (inbound[0].confidence or 0)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([(0, "今天天气不错。"), (1, "确实。")], id="nothing to tell by"),
        pytest.param([(0, "我想退货。"), (1, "我想退货。")], id="both the same"),
        pytest.param([(0, ""), (1, "")], id="nothing recognized"),
    ],
)
def test_when_unsure_the_role_is_unknown(lines: list[tuple[int, str]]) -> None:
    parties = decide(talk(*lines))

    assert {p.role for p in parties} == {UNKNOWN}
    assert {p.source for p in parties} == {RoleSource.ASSUMED}
    assert {p.confidence for p in parties} == {None}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        pytest.param("感谢您的来电，请问有什么可以帮您？", AGENT, id="an agent"),
        pytest.param("我要投诉你们，什么态度！", CUSTOMER, id="a customer"),
    ],
)
def test_a_voice_alone_is_judged_by_itself(text: str, role: Role) -> None:
    assert roles(talk((0, text))) == [role]


def test_a_channel_that_says_nothing_stays_unknown() -> None:
    made = talk((0, "您好，工号八零零一为您服务。"))
    silent = Party(1, None, UNKNOWN, RoleSource.ASSUMED)

    assert roles(replace(made, parties=(*made.parties, silent))) == [AGENT, UNKNOWN]


def test_a_second_agent_after_a_transfer_is_an_agent() -> None:
    lines = [
        (0, "您好，工号八零零一，请问有什么可以帮您？"),
        (1, "我要投诉，我的宽带怎么还没修好？"),
        (0, "请您稍等，为您转接。"),
        (2, "您好，工号八零零二为您服务，请您报一下宽带账号。"),
        (1, "你们怎么回事，我已经说过了！"),
    ]

    assert roles(talk(*lines)) == [AGENT, CUSTOMER, AGENT]


def test_an_announcement_is_the_systems() -> None:
    lines = [
        (0, "欢迎致电星河银行，通话将被录音，人工服务请按零。"),
        (1, "您好，工号八零零一，请问有什么可以帮您？"),
        (2, "我想查一下我的账户。"),
    ]

    assert roles(talk(*lines)) == [SYSTEM, AGENT, CUSTOMER]


def test_an_agent_who_mentions_the_recording_is_no_machine() -> None:
    lines = [
        (0, "您好，通话将被录音，请问有什么可以帮您？"),
        (1, "我想退货。"),
        (0, "请报一下订单号。"),
        (0, "好的，我帮您登记。"),
    ]

    assert roles(talk(*lines)) == [AGENT, CUSTOMER]


LINES = [(0, "我想退货，我买的耳机坏了。"), (1, "您好，工号八零零一为您服务，请您稍等。")]
WRONG = {0: AGENT, 1: CUSTOMER}


def test_a_given_role_is_kept_whatever_is_said() -> None:
    parties = decide(talk(*LINES, given=WRONG))

    assert [p.role for p in parties] == [AGENT, CUSTOMER]
    assert {p.source for p in parties} == {RoleSource.GIVEN}


def test_beside_a_given_role_the_other_is_decided() -> None:
    assert roles(talk(*LINES, given={1: AGENT})) == [CUSTOMER, AGENT]
    assert roles(talk(*LINES, given={0: CUSTOMER})) == [CUSTOMER, AGENT]


@pytest.mark.parametrize(
    ("given", "lowest", "highest"),
    [
        pytest.param(WRONG, 0.9, 1, id="swapped"),
        pytest.param({0: CUSTOMER, 1: AGENT}, 0, 0.1, id="as wired"),
    ],
)
def test_swapped_wiring_is_heard(given: dict[int, Role], lowest: float, highest: float) -> None:
    made = talk(*LINES, given=given)

    found = swapped(made, decide(made))

    assert found is not None
    assert lowest <= found <= highest


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(talk(*LINES), id="no role given"),
        pytest.param(talk(*LINES, given={0: AGENT}), id="one role given"),
        pytest.param(talk((0, "今天"), (1, "确实"), given=WRONG), id="nothing to tell by"),
    ],
)
def test_wiring_cannot_be_judged(made: Call) -> None:
    assert swapped(made, decide(made)) is None


def test_a_demand_for_certainty_leaves_more_unknown() -> None:
    made = talk((0, "您好，请讲。"), (1, "我想退货。"))

    assert [p.role for p in build(sure=0.99)(made)] == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        pytest.param("公好八零零一", "工号", id="homophone"),
        pytest.param("請稍等", "请稍等", id="Traditional"),
        pytest.param("要頭述你", "要投诉你", id="misheard word"),
        pytest.param("Ｔhank you for calling", "thank you for calling", id="full width"),
        pytest.param("I’m calling about a bill", "i'm calling about", id="curled apostrophe"),
        pytest.param("一三八零零一三八零零零", "digits", id="digits"),
    ],
)
def test_a_cue_is_found_however_it_is_written(text: str, cue: str) -> None:
    assert cue in {item.cue for item in evidence(text)}


def test_a_cue_that_only_sounds_right_counts_less() -> None:
    [heard], [read] = evidence("公好"), evidence("工号")

    assert 0 < heard.weight < read.weight


def test_one_syllable_is_no_cue_by_sound() -> None:
    assert evidence("诶") == []
    assert [item.cue for item in evidence("喂")] == ["喂"]


@pytest.mark.parametrize(
    "text", ["", "123", "……", "好"], ids=["empty", "short number", "dots", "word"]
)
def test_text_without_cues_has_no_evidence(text: str) -> None:
    assert evidence(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("人工服务请按零", True, id="menu"),
        pytest.param("Your call may be recorded", True, id="English"),
        pytest.param("ただいま電話が混み合っております", True, id="Japanese"),
        pytest.param("请按时付款", False, id="an agent's words"),
    ],
)
def test_announcements(text: str, expected: bool) -> None:  # noqa: FBT001  (a table)
    assert announces(text) is expected
