"""Mandarin characters that are read in more than one way, and how alike syllables sound.

Syllables are pinyin without tones, `v` for ü, as pypinyin writes them. Knows nothing
of words.
"""

import re

from huiting.core.syllables import coarse, distance, parts

__all__ = ["POLYPHONES", "coarse", "distance", "parts"]

_READINGS = """
    行 xing hang  重 zhong chong  长 chang zhang  还 hai huan  调 tiao diao  降 jiang xiang
    率 lv shuai  乐 le yue  便 bian pian  差 cha chai  朝 chao zhao  传 chuan zhuan  弹 dan tan
    得 de dei  地 di de  给 gei ji  会 hui kuai  觉 jue jiao  角 jiao jue  校 xiao jiao  卡 ka qia
    模 mo mu  没 mei mo  强 qiang jiang  省 sheng xing  石 shi dan  什 shen shi  塞 sai se
    色 se shai  厦 sha xia  折 zhe she  参 can shen  藏 cang zang  盛 sheng cheng  数 shu shuo
    提 ti di  系 xi ji  血 xue xie  着 zhe zhao zhuo  种 zhong chong  单 dan shan  车 che ju
    薄 bao bo  剥 bao bo  露 lu lou  绿 lv lu  落 luo la  壳 ke qiao  圈 quan juan  奇 qi ji
    曝 bao pu  泊 bo po  屏 ping bing  仇 chou qiu  解 jie xie  查 cha zha  区 qu ou  仔 zi zai
    乘 cheng sheng  番 fan pan  宿 su xiu  拓 tuo ta  尾 wei yi  吓 xia he  削 xue xiao
    粘 zhan nian  秘 mi bi  熟 shu shou  谁 shei shui  那 na nei  哪 na nei  这 zhe zhei
    六 liu lu  择 ze zhai  贾 jia gu  曾 ceng zeng  都 dou du  大 da dai  度 du duo  恶 e wu
    和 he huo  识 shi zhi  似 si shi  遗 yi wei
    钥 yao yue  叶 ye xie  咖 ka ga  夹 jia ga  嚼 jiao jue  刹 sha cha  褪 tui tun
"""
POLYPHONES = {
    entry[0]: tuple(entry[1].split()) for entry in re.findall(r"(\S) ((?:[a-z]+ ?)+)", _READINGS)
}
"""Characters that are read in more than one way today. Dictionaries list far more readings,
of old texts, and these make everything sound like everything."""
