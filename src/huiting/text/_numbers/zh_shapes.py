"""Pieces of patterns that several groups of Chinese rules are built from."""

NINE = "一二三四五六七八九"
ALL = f"零〇两十百千万亿{NINE}"
D = f"[零〇两{NINE}]"
"""A digit word before a unit."""
S = f"[零〇幺{NINE}0-9]"
"""A digit of a number said digit by digit."""
N = rf"(?>(?:\d+(?=[十百千万亿])|[{ALL}])+\d*|\d+)"
"""A whole cardinal. Arabic digits may take part: 3万5千; but 4200一 is two numbers."""
NUMBER = rf"(?>\d+\.\d+[万亿]?|{N}(?:点[零〇{NINE}]++(?!\d)[万亿]?)?)"
"""A cardinal or a decimal."""
SAID = rf"(?>[{ALL}]+(?:点[零〇{NINE}]+)?)"
"""A number all in words."""
END = rf"(?![{ALL}幺几\d])"
"""The number does not go on."""
PAIRS = "一二|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九"
COUNTED = (
    "个|天|次|条|位|名|人|件|张|份|台|部|只|家|本|项|笔|层|楼|号|年|月|周|星期|礼拜|日|小时|分钟|分|秒"
    "|折|倍|期|页|公里|公斤|斤|千克|克|米|厘米|元|块|毛|万|工作日|岁|级|瓶|盒|箱|包|袋|度|寸|升"
)
MEASURES = (
    "公里|公斤|公分|厘米|毫米|英寸|毫升|平方米|平方|平米|摄氏度|米|克|吨|寸|升|瓦|兆"
    "|GB|MB|TB|KB|kg|km|cm|mm|ml|KG|ML"
)
SHORT_SUM_END = rf"{END}(?![A-Za-z.%点块个台件张条斤份盒瓶次位天寸本袋双套米年月号日元毛角分折倍万亿度楼]|包(?!邮))"
