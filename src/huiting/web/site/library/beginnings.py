"""How a document of each kind begins, for whoever writes a first one."""

from collections.abc import Mapping

from huiting.service.library.kinds import Kind

BEGINNINGS: Mapping[Kind, str] = {
    Kind.RULES: """\
format: huiting-rules/1
name: 我的规则
languages: [zh]
rules:
  - id: my-greeting
    name: 开头问候
    why: 客户一接通就应听到问候。
    advice: 接通后先问好并报工号。
    severity: minor
    type: 服务规范
    score: -2
    require:
      said: [您好, 你好]
      by: agent
      first: {seconds: 15}
    tests:
      - name: 问好
        dialogue:
          - agent: 您好，很高兴为您服务
        expect: pass
""",
    Kind.SCORECARDS: """\
format: huiting-scorecard/1
id: my-card
name: 我的评分卡
version: 1
base: 100
sections:
  - id: manner
    name: 服务规范
    weight: 100
    items:
      - {id: opening, name: 问候, points: 100, rules: [my-greeting]}
""",
    Kind.HOTWORDS: """\
# 每行一个词；后面可写权重
会员积分
七天无理由
""",
    Kind.INTENTS: """\
format: huiting-intents/1
intents:
  - name: 售后/退货退款
    examples:
      - 我要退货
      - 怎么申请退款
""",
    Kind.ENTITIES: """\
entities:
  - kind: product
    words: [扫地机器人, 空气炸锅]
""",
    Kind.DOCUMENTS: """\
format: huiting-documents/1
documents:
  - title: 退换货政策
    link: https://intranet.example/returns
    because: 客户提到退换货
    when: {said: [退货, 换货]}
""",
}
"""Each is one that `mistakes` finds nothing wrong with; a test holds that."""
