"""Contact rows in many languages, and the encodings that files of each come in.

Invented people of common names; a seed decides which row holds what.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What contact rows of a language are made of."""

    codecs: tuple[str, ...]
    header: str
    given: str
    family: str
    city: str
    company: str


LANGUAGES = {
    "german": Language(
        ("cp1252", "iso8859_1", "iso8859_15", "mac_roman", "cp850", "cp437"),
        "E-Mail,Vorname,Nachname,Ort,Firma,Straße",
        "Jörg Günther Björn Käthe Anna Uwe Sören Jürgen Lukas Bärbel Jannik Zoë",
        "Müller Schröder Weiß Köhler Schmidt Krüger Böhm Jäger Großmann Lange Schäfer Döring",
        "München Köln Düsseldorf Nürnberg Berlin Würzburg Göttingen Münster Lübeck Saarbrücken",
        "Möbelhaus_Süd Bäckerei_Löwe Gebrüder_Röhm Grünwald_AG Kälte_&_Wärme_GmbH Straßenbau_Nord",
    ),
    "french": Language(
        ("cp1252", "iso8859_1", "iso8859_15", "mac_roman", "cp850", "cp437"),
        "Courriel,Prénom,Nom,Ville,Société,Téléphone",
        "Zoé François Hélène Éric Chloé Léa Jérôme Anaïs Benoît Thérèse Paul Gaël",
        "Lefèvre Béranger Gauthier Lemaître Müller Côté Dupré Noël Bézier Renée Perçin Thévenin",
        "Orléans Besançon Nîmes Béziers Genève Montréal Angoulême Paris Évreux Saint-Étienne",
        "Société_Générale Crédit_Rhône Hôtel_Bellevue Énergie_Océan Boulangerie_Côte Fûts_de_Chêne",
    ),
    "spanish": Language(
        ("cp1252", "iso8859_1", "iso8859_15", "mac_roman", "cp850"),
        "Correo,Nombre,Apellido,Ciudad,Compañía,Teléfono",
        "José María Andrés Sofía Iñigo Begoña Raúl Lucía Ángel Inés Joaquín Mónica",
        "Muñoz García Núñez Pérez Ibáñez Peña Gómez Martínez Ordóñez Cañizares León Sáez",
        "Málaga Cádiz Logroño Bogotá Medellín Córdoba León Mérida Cancún Santa_Fe",
        "Construcción_Peña Viñedos_del_Sur Telefonía_Ágil Diseño_Gráfico Cañamo_S.A. Panadería_Fe",
    ),
    "swedish": Language(
        ("cp1252", "iso8859_1", "mac_roman", "cp850"),
        "E-post,Förnamn,Efternamn,Ort,Företag,Gatuadress",
        "Åsa Björn Göran Märta Östen Håkan Sören Pär Lena Jürgen Åke Kjell",
        "Åkesson Sjöberg Lindström Öberg Nyström Ståhl Hägg Söderberg Ångström Bergström Lövgren",
        "Malmö Göteborg Västerås Örebro Umeå Luleå Gävle Borås Jönköping Växjö",
        "Sjöfart_AB Träkåken Båtvarvet_Norr Mälardalens_El Åkeri_Syd Kött_&_Vilt",
    ),
    "portuguese": Language(
        ("cp1252", "iso8859_1", "mac_roman", "cp850"),
        "E-mail,Nome,Sobrenome,Cidade,Organização,Endereço",
        "João Conceição Antônio Lúcia Inês Sérgio Cauã Mônica Luís Tânia Estêvão Débora",
        "Gonçalves Simões Araújo Magalhães Corrêa Falcão Guimarães Leitão Brandão Sá Estrada Cação",
        "São_Paulo Brasília Goiânia Maceió Évora Belém Florianópolis Setúbal Niterói Braga",
        "Construções_Lima Pão_de_Açúcar Comércio_União Avícola_São_João Café_do_Sertão Soluções_TI",
    ),
    "polish": Language(
        ("cp1250", "iso8859_2", "cp852", "mac_latin2"),
        "E-mail,Imię,Nazwisko,Miejscowość,Spółka,Województwo",
        "Łukasz Małgorzata Paweł Agnieszka Michał Żaneta Wojciech Świętosława Jędrzej Grażyna",
        "Wiśniewski Dąbrowska Wójcik Kowalczyk Zieliński Jabłoński Król Wróbel Głowacki Pająk",
        "Łódź Kraków Gdańsk Poznań Wrocław Białystok Częstochowa Rzeszów Toruń Święciany",
        "Spółdzielnia_Źródło Huta_Żelaza Młyn_Północ Zakład_Gięcia Usługi_Księgowe",
    ),
    "czech": Language(
        ("cp1250", "iso8859_2", "cp852", "mac_latin2"),
        "E-mail,Jméno,Příjmení,Město,Společnost,Ulice",
        "Jiří Tomáš Lukáš Kateřina Zdeněk Štěpán Ondřej Věra Růžena Lenka Aneta Žofie",
        "Novák Dvořák Černý Procházka Kučera Veselý Horáková Němec Pokorný Růžička Beneš Šťastný",
        "Plzeň Ostrava České_Budějovice Ústí_nad_Labem Zlín Hradec_Králové Jihlava Třebíč",
        "Strojírny_Vítkovice Pekařství_Kříž Železárny Účetnictví_Brno Dřevo_Šumava",
    ),
    "hungarian": Language(
        ("cp1250", "iso8859_2", "cp852"),
        "E-mail,Keresztnév,Vezetéknév,Város,Cégnév,Utca",
        "László Zoltán Ágnes Győző Erzsébet Béla Zsófia Jenő Ödön Réka Csilla Gergő",
        "Szűcs Kovács Tóth Szabó Horváth Kőszegi Vörös Bárány Fehér Erdős Hegedűs Kis",
        "Győr Szőny Debrecen Pécs Székesfehérvár Kecskemét Nyíregyháza Erdőd Békéscsaba",
        "Szőlőskert_Kft. Épületgépész_Zrt. Őrség_Bt. Malomipar_Győr Könyvelő_Iroda Fűtő_Mester",
    ),
    "croatian": Language(
        ("cp1250", "iso8859_2", "cp852"),
        "E-pošta,Ime,Prezime,Grad,Tvrtka,Županija",
        "Željko Božidar Đurđica Siniša Krešimir Nataša Šime Anđela Dražen Živana Ivan Luka",
        "Horvat Kovačević Babić Marić Jurišić Knežević Vuković Perišić Šarić Đurić Žanić Matošec",
        "Šibenik Požega Karlovac Osijek Đakovo Križevci Čakovec Poreč Vodnjan",
        "Brodogradilište_Split Građevina_Čavle Voće_Đakovo Tiskara_Žar Šumarija_Gospić",
    ),
    "russian": Language(
        ("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"),
        "Почта,Имя,Фамилия,Город,Компания,Телефон",
        "Иван Ольга Сергей Наталья Дмитрий Екатерина Пётр Юлия Андрей Светлана Игорь Жанна",
        "Иванов Смирнова Кузнецов Попова Соколов Лебедева Новиков Морозова Волков Щукина Зайцев",
        "Москва Санкт-Петербург Казань Новосибирск Екатеринбург Омск Пермь Воронеж Уфа Тюмень",
        "Ромашка Северсталь ООО_Вектор Стройинвест Торговый_дом Завод_Прибор Хлебокомбинат",
    ),
    "ukrainian": Language(
        ("cp1251", "koi8_u"),
        "Пошта,Ім'я,Прізвище,Місто,Компанія,Телефон",
        "Олександр Іван Наталія Микола Юлія Андрій Оксана Сергій Тетяна Ігор Їжакевич Євген",
        "Шевченко Коваленко Бондаренко Ткаченко Кравець Гайдук Поліщук Лисенко Мельник Савчук",
        "Київ Львів Харків Одеса Дніпро Вінниця Чернівці Запоріжжя Полтава Рівне",
        "Українські_Технології Хлібзавод Будівельник Енергія_Дніпра Каштан Зоря",
    ),
    "bulgarian": Language(
        ("cp1251",),
        "Имейл,Име,Фамилия,Град,Фирма,Телефон",
        "Георги Мария Иван Десислава Стоян Петър Елена Димитър Красимира Васил Ралица",
        "Иванов Петрова Георгиев Димитрова Стоянов Тодорова Ангелов Христова Желев Въчева",
        "София Пловдив Варна Бургас Русе Стара_Загора Плевен Велико_Търново Сливен",
        "Булгартабак Софийски_хляб Черноморие Родопи_АД Зърнени_храни",
    ),
    "greek": Language(
        ("cp1253", "iso8859_7", "cp737", "mac_greek"),
        "Ηλεκτρονικό ταχυδρομείο,Όνομα,Επώνυμο,Πόλη,Εταιρεία,Τηλέφωνο",
        "Γιώργος Ελένη Δημήτρης Κατερίνα Νίκος Σοφία Κώστας Μαρία Άγγελος Έφη Ιωάννης",
        "Παπαδόπουλος Οικονόμου Νικολάου Γεωργίου Καραγιάννης Ξενάκη Βασιλείου Αντωνίου Μακρής",
        "Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο Λάρισα Βόλος Ιωάννινα Χανιά Κέρκυρα Ρόδος",
        "Ελληνικά_Τρόφιμα Ναυτιλιακή Αφοί_Ξένου Ενεργειακή_ΑΕ Μεταφορές_Βορρά Οίνος",
    ),
    "turkish": Language(
        ("cp1254", "iso8859_9", "cp857", "mac_turkish"),
        "E-posta,Ad,Soyad,Şehir,Şirket,Telefon",
        "Gökhan Şule Ayşe İbrahim Işıl Yağmur Çağrı Özlem Uğur Tuğçe Mustafa Gülşen",
        "Yılmaz Çağlar Kılıç Öztürk Doğan Şahin Yıldırım Aydın Güneş Koç Erdoğan Çelik",
        "İstanbul Eskişehir Kadıköy Diyarbakır Muğla Şanlıurfa İzmir Aydın Çorum Iğdır",
        "Işık_Tekstil Güneş_Enerji Doğuş_İnşaat Çelik_Döküm Şeker_Gıda Öz_Nakliyat",
    ),
    "hebrew": Language(
        ("cp1255", "iso8859_8", "cp862"),
        "דואל,שם פרטי,שם משפחה,עיר,חברה,טלפון",
        "יוסף שרה דוד רחל משה מרים אברהם יעל דניאל נועה איתי תמר",
        "כהן לוי מזרחי פרץ ביטון דהן אברהם פרידמן אזולאי כץ שפירא גולן",
        "ירושלים חיפה באר_שבע נתניה רחובות אשדוד חולון הרצליה עפולה טבריה",
        "טכנולוגיות_הגליל מאפיית_השחר בנייה_ופיתוח אור_חדש מעבדות_ים",
    ),
    "arabic": Language(
        ("cp1256", "iso8859_6"),
        "البريد,الاسم,اللقب,المدينة,الشركة,الهاتف",
        "محمد فاطمة أحمد ليلى يوسف مريم خالد نورة عمر سارة حسن هدى",
        "العلي الحسن المصري الكاتب النجار الخطيب عبدالله الشامي حداد القحطاني الزهراني",
        "القاهرة دبي الرياض عمان بيروت الدوحة الخرطوم تونس الكويت بغداد",
        "شركة_النور مؤسسة_الخليج الأمل_للتجارة مصنع_الشرق دار_السلام",
    ),
    "lithuanian": Language(
        ("cp1257", "iso8859_13", "cp775"),
        "El. paštas,Vardas,Pavardė,Miestas,Įmonė,Gatvė",
        "Žydrūnas Rūta Agnė Mindaugas Jūratė Šarūnas Živilė Vytautas Dovilė Kęstutis Eglė",
        "Kazlauskienė Petrauskas Jankūnas Žukauskas Stankevičius Butkutė Šimkus Urbonaitė Čepas",
        "Šiauliai Panevėžys Klaipėda Mažeikiai Utena Kėdainiai Telšiai Tauragė Plungė",
        "Žemaitijos_Pienas Baldų_Fabrikas Šviesos_Technika Vėjų_Energija Ąžuolas_UAB",
    ),
    "latvian": Language(
        ("cp1257", "iso8859_13", "cp775"),
        "E-pasts,Vārds,Uzvārds,Pilsēta,Uzņēmums,Tālrunis",
        "Jānis Kārlis Līga Zane Mārtiņš Inga Ģirts Ķirsis Aigars Dace Ilzīte Pēteris",
        "Bērziņš Kalniņa Ozoliņš Jansons Liepiņa Krūmiņš Šmits Zariņa Pētersons Vītols",
        "Rīga Liepāja Jūrmala Rēzekne Valmiera Jēkabpils Ķegums Cēsis Kuldīga",
        "Rīgas_Piens Mežu_Īpašnieki Gaļas_Nams Būvnieks Jūras_Ceļš",
    ),
    "thai": Language(
        ("cp874",),
        "อีเมล,ชื่อ,นามสกุล,เมือง,บริษัท,โทรศัพท์",
        "สมชาย สุดา ประเสริฐ มาลี อนันต์ กมล วิชัย นภา ธนา พิมพ์ใจ",
        "ใจดี สุขสันต์ ทองคำ ศรีสุข แก้วมณี บุญมา รักไทย วงศ์ใหญ่ แสงทอง",
        "กรุงเทพ เชียงใหม่ ภูเก็ต ขอนแก่น ระยอง ชลบุรี นครปฐม อยุธยา",
        "บริษัทไทยเจริญ โรงงานอาหาร เครื่องจักรไทย ขนส่งสยาม",
    ),
    "vietnamese": Language(
        ("cp1258",),
        "Thư điện tử,Tên,Họ,Thành phố,Công ty,Địa chỉ",
        "Hùng Lan Dũng Hương Thảo Đức Tuấn Phượng Sơn Yến",
        "Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Đỗ Hồ",
        "Hà_Nội Đà_Nẵng Cần_Thơ Huế Hải_Phòng Nha_Trang Đà_Lạt",
        "Thực_phẩm_Việt Xây_dựng_Bình_Minh Điện_lực Vận_tải_Sài_Gòn",
    ),
    "japanese": Language(
        ("shift_jis", "cp932", "euc_jp", "iso2022_jp"),
        "メール,名,姓,市,会社,電話番号",
        "太郎 花子 健一 美咲 大輔 さくら 翔太 陽菜 拓也 由美子 ケンジ 恵",
        "山田 佐藤 鈴木 高橋 渡辺 伊藤 中村 小林 加藤 吉田 遠藤 五十嵐",
        "東京 大阪 名古屋 横浜 札幌 福岡 仙台 京都 神戸 さいたま",
        "株式会社テスト トヨタ商事 雪並ロボティクス 青空印刷 日本電機 みどり食品",
    ),
    "simplified chinese": Language(
        ("gbk", "gb18030", "gb2312"),
        "邮箱,名,姓,城市,公司,电话",
        "小明 丽 建国 秀英 伟 芳 志强 婷婷 浩然 雨欣 磊 静",
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 欧阳",
        "北京 上海 广州 深圳 杭州 成都 西安 武汉 哈尔滨 乌鲁木齐",
        "北京科技有限公司 东方食品 华鑫机械 蓝天物流 金桥贸易 宏达电子",
    ),
    "traditional chinese": Language(
        ("big5", "cp950"),
        "電子郵件,名,姓,城市,公司,電話",
        "志明 淑芬 家豪 雅婷 俊傑 美玲 宗翰 怡君 柏翰 詩涵",
        "陳 林 黃 張 李 王 吳 劉 蔡 楊 歐陽",
        "臺北 高雄 台中 新竹 嘉義 臺南 基隆 香港 澳門",
        "遠東科技股份有限公司 大同食品 聯發機械 長榮貨運 宏達電子",
    ),
    "korean": Language(
        ("euc_kr", "cp949", "iso2022_kr"),
        "이메일,이름,성,도시,회사,전화번호",
        "철수 영희 민준 서연 지훈 하은 도윤 수빈 현우 은지",
        "김 이 박 최 정 강 조 윤 장 임 한 남궁",
        "서울 부산 대구 인천 광주 대전 울산 제주 수원 춘천",
        "삼성전자 한빛소프트 대한식품 푸른물류 미래기계 동양제지",
    ),
}
"""By language: the codecs its files come in, a header, and words; `_` stands for a blank."""

CASES = [(language, codec) for language, made in LANGUAGES.items() for codec in made.codecs]


def table(language: str, rows: int, *, own_header: bool, seed: int = 0) -> str:
    """A contact file of so many rows, under a header in the language or in English."""
    made = LANGUAGES[language]
    dice = random.Random(f"{language}-{rows}-{seed}")
    header = made.header if own_header else "Email,First Name,Last Name,City,Company,Phone"
    return "".join(f"{line}\r\n" for line in (header, *_rows(made, rows, dice)))


def _rows(made: Language, rows: int, dice: random.Random) -> Iterator[str]:
    for number in range(rows):
        words = (made.given, made.family, made.city, made.company)
        cells = [dice.choice(one.split()).replace("_", " ") for one in words]
        phone = f"+4930{dice.randrange(10**6, 10**7)}"
        yield ",".join([f"guest{number}@expo-visitors.com", *cells, phone])


def encoded(text: str, codec: str) -> bytes:
    """The text in a codec; letters that Vietnamese Windows has as two are written as two."""
    if codec == "cp1258":
        return _vietnamese(text)
    return text.encode(codec)


def _vietnamese(text: str) -> bytes:
    import unicodedata

    out = b""
    for character in text:
        try:
            out += character.encode("cp1258")
        except UnicodeEncodeError:
            # the mark of the tone stands behind the letter, or between it and its other mark
            tones = "\u0300\u0301\u0303\u0309\u0323"
            parts = unicodedata.normalize("NFD", character)
            tone = next(part for part in parts if part in tones)
            letter = unicodedata.normalize("NFC", "".join(p for p in parts if p != tone))
            out += (letter + tone).encode("cp1258")
    return out
