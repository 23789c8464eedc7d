"""People and places in many languages, to measure how encodings are told: see `names_table`.

The names are not those of `corpus`, and none was used to make the language model. Each list has two
halves: the names at even places were looked at while the guess was being made (`tuned`), those at
odd places only to measure it (`held out`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class People:
    """Given names, family names and cities of a language; `_` stands for a blank."""

    header: str
    given: str
    family: str
    cities: str


PEOPLE = {
    "german": People(
        "E-Mail,Vorname,Nachname,Ort",
        "Jürg Lönne Günter Jörn Rüdiger Gürsel Götz Lütfi Ännchen Dörte Käte Hansjörg Öslem "
        "Tönnies Anke Stefan Klaus Heike Torsten Matthias Ute Ralf Grete Lothar",
        "Schütze Möller Kröger Hübner Börner Vögel Kühn Jähn Löffler Schröter Grünewald Voß "
        "Bäcker Hänsel Förster Büchner Strauß Röder Fuchs Lehmann Zöllner Götze Übel Ärmel",
        "Lünen Göppingen Tübingen Görlitz Osnabrück Fürth Zürich Düren Gießen Mönchengladbach "
        "Rüsselsheim Neumünster Bielefeld Schwäbisch_Hall Köln-Mülheim Preußisch_Oldendorf",
    ),
    "french": People(
        "Courriel,Prénom,Nom,Ville",
        "Amélie Cédric Stéphane Frédérique Gaëlle Maïté Loïc Élodie Aurélien Mélanie Noémie "
        "Rémi Sébastien Désirée Raphaël Régis Inès Françoise Agnès Jérémie Océane Danièle Hervé "
        "Luc",
        "Lévêque Rousseau Chrétien Legrand Boyer Hébert Maréchal Frémont Châtelain Bâcle Gérard "
        "Delépine Bérard Vallée Garçon Leprêtre Poirée Forêt Théroux Clément Barrère Mahé "
        "Fouché Roy",
        "Béthune Mâcon Châlons Sète Pamiers-lès-Prés Liège Fréjus Saint-Malo Alès Neuchâtel "
        "Bruxelles Compiègne Châteauroux Saint-Brieuc Vendôme Annecy-le-Château",
    ),
    "spanish": People(
        "Correo,Nombre,Apellido,Población",
        "Álvaro Belén Concepción Germán Hernán Jesús Aránzazu Nicolás Óscar Ramón Rocío Rubén "
        "Tomás Verónica Víctor Martín Héctor Adrián Íñigo Pilar Carmen Toñi Toño Nuria",
        "Álvarez Benítez Castañeda Domínguez Fernández Giménez Hernández Íñiguez Jiménez "
        "Márquez Ibarrondía Patiño Quiñones Ramírez Rodríguez Sánchez Suárez Vázquez Velázquez "
        "Yáñez Zúñiga Ortega Miño Peñalver",
        "Ávila Cáceres Jaén Gijón Alcalá A_Coruña Castellón Almería Torrejón Móstoles Leganés "
        "Asunción Mazatlán Querétaro Potosí Viña_del_Mar",
    ),
    "portuguese": People(
        "E-mail,Nome,Apelido,Localidade",
        "Antónia Baltazar César Cristóvão Damião Fábio Flávia Gonçalo Hélio Inácio Jerónimo "
        "Júlia Leonício Márcio Natália Otávio Patrícia Raquel Simão Thaís Vítor Zélia Estevão "
        "Ascensão",
        "Abrão Assunção Bragança Câmara Carvão Damasceno Encarnação França Galvão Gusmão Ilhéu "
        "Junqueira Lourenço Mourão Negrão Ornelas Paixão Queirós Ramalhão Seabra Trajão Valadão "
        "Vilhena Zambujão",
        "Viseu Famalicão Portimão Covilhã Santarém Olhão Bragança Lourinhã Ribeirão_Preto "
        "Jundiaí Maringá Taubaté Macapá Cuiabá Vitória Petrópolis",
    ),
    "italian": People(
        "E-mail,Nome,Cognome,Città",
        "Niccolò Noè Giosuè Mosè Cristina Salomè Aimè Zoè Matteo Josuè Nicolò Desirée Pietro "
        "Gaetano Andrea Lucia Loredana Renè Micol Tobia Giulio Nives Teodoro Donatò",
        "Cantù Dalò Sartù Nicolò Forlì Patanè Pirrò Cefalù Scalisè Ruffinò Tosè Mercadè Calò "
        "Laganà Bagalà Foà Zappalà Cirò Santorò Nardò Mennà Bonfrè Condò Trifirò",
        "Forlì Cefalù Nardò Mondovì Cantù Patù Cirò_Marina Santa_Maria_Capua San_Donà Rovigo "
        "Gavardò Castello Muggiò Salò Erbè Viggiù",
    ),
    "danish": People(
        "E-mail,Fornavn,Efternavn,By",
        "Søren Jørgen Mærsk Åse Børge Bjørn Kåre Gøran Øystein Ragnhild Pål Håkon Torbjørn "
        "Sæmund Ågot Jørn Lærke Møyfrid Dagfinn Solvår Åsmund Bodil Snæbjørn Rønnaug",
        "Sørensen Jørgensen Kjær Nørgaard Østergård Møller Højlund Bødker Ødegård Bråten "
        "Hågensen Skjæveland Løken Mæland Græsholt Ågård Bjørnstad Rødbæk Kærsgaard Lårvik "
        "Sætre Tønnesen Bækgaard Strøm",
        "Ålborg Århus Helsingør Køge Næstved Sønderborg Tromsø Bodø Ålesund Drøbak Hønefoss "
        "Mosjøen Værløse Ringkøbing Hillerød Stjørdal",
    ),
    "swedish": People(
        "E-post,Förnamn,Efternamn,Ort",
        "Jörgen Gösta Märit Örjan Bengt-Åke Sölve Torbjörn Kåre Maj-Britt Pär-Olof Ingegärd "
        "Börje Göte Ragnhild Bärbro Lars-Åke Käll Hjördis Birgitta Rönnaug Häkan Åsa-Lena "
        "Sverker Björg",
        "Åström Bäckman Dahlström Engström Fälldin Grönlund Hallström Järvinen Källström "
        "Löfgren Månsson Norström Österberg Påhlsson Rönnberg Sjögren Törnqvist Wikström Åhlén "
        "Öhman Nyqvist Bergsjö Hägglund Äng",
        "Skövde Norrköping Sundbyberg Värnamo Ängelholm Östersund Åre Hässleholm Trollhättan "
        "Härnösand Mörbylånga Piteå Skellefteå Nässjö Södertälje Jyväskylä",
    ),
    "polish": People(
        "E-mail,Imię,Nazwisko,Miasto",
        "Stanisław Bogusława Władysław Mieczysław Zdzisława Jarosław Rafał Bartłomiej Bożena "
        "Błażej Mirosława Przemysław Józef Wiesława Ścibor Żelisław Święcisława Kazimierz Łucja "
        "Aurelia Miłosz Dominika Sławomir Gaweł",
        "Kamiński Szymańska Woźniak Kozłowska Jasiński Wróblewski Piątek Michałowska Głąb "
        "Źrebiec Jędrzejczyk Zając Kaźmierczak Sikorski Brzęczyszczykiewicz Wąsik Gołębiowska "
        "Ślusarczyk Żuraw Pawłowski Stępień Krzyżanowski Bąk Cieśla",
        "Bydgoszcz Świdnica Zielona_Góra Dąbrowa_Górnicza Elbląg Gorzów Wałbrzych Kołobrzeg Ełk "
        "Chełm Przemyśl Sieradz Piła Nowy_Sącz Ruda_Śląska Żywiec",
    ),
    "czech": People(
        "E-mail,Jméno,Příjmení,Obec",
        "Bořivoj Čeněk Dušan Eliška Františka Jindřich Květoslava Luděk Matěj Naděžda Oldřich "
        "Přemysl Radoš Soňa Těšitel Vítězslav Zuzana Žaneta Řehoř Šarlota Ľubomír Mária "
        "Štefánia Ďuro",
        "Šimek Říha Čermák Havlíček Jelínek Křížová Malý Bláhová Vaněk Žák Sedláčková Ševčík "
        "Kolář Pospíšil Kubát Vlček Hájková Šafařík Doležal Tichý Bartoš Hruška Krčmář Ďurica",
        "Liberec Olomouc Písek Děčín Žďár_nad_Sázavou Uherské_Hradiště Kroměříž Břeclav Košice "
        "Žilina Prešov Nitra Trenčín Banská_Štiavnica Příbram Náchod",
    ),
    "hungarian": People(
        "E-mail,Utónév,Családnév,Település",
        "Andrea Balázs Csongor Dezső Előd Ferenc Gyöngyi Hedvig Ildikó Jácint Kálmán Lőrinc "
        "Márta Nándor Örs Piroska Rózsa Sándor Tünde Ürmös Vendel Zsuzsanna Árpád Gellért",
        "Antal Bodnár Csépányi Dömötör Előházi Földes Gönczi Hajdú Illés Jónás Kőműves Lőrincz "
        "Major Németh Ördög Pásztor Rőczey Sipos Tőkés Ujvári Vörösmarty Zákány Ábrahám Őry",
        "Szeged Miskolc Tatabánya Kaposvár Szolnok Zalaegerszeg Hódmezővásárhely Dunaújváros "
        "Cegléd Gödöllő Esztergom Pápa Mezőkövesd Siófok Kőszeg Ózd",
    ),
    "romanian": People(
        "E-mail,Prenume,Nume,Oraş",
        "Ştefan Ioniţă Răzvan Mădălina Cătălin Brînduşa Iuliana Ţico Călin Smărăndiţa Bogdan "
        "Anişoara Costică Lăcrămioara Vasilică Doiniţa Măriuca Tănase Fănel Ilinca Săndel "
        "Sânziana Pavel Nuţa",
        "Brătianu Cărtărescu Ciobănaşu Drăghici Enăchescu Făgăraş Gălăţeanu Hânganu Ioniţă "
        "Lăzăroiu Mânzatu Năstase Olteanu Păunescu Răducanu Săvulescu Şerbănescu Tătărăscu "
        "Ţurcanu Ungureanu Văcărescu Zăvoianu Bălan Pîrvu",
        "Braşov Iaşi Timişoara Constanţa Galaţi Piteşti Bacău Râmnicu_Vâlcea Ploieşti Satu_Mare "
        "Târgovişte Botoşani Buzău Călăraşi Focşani Mediaş",
    ),
    "croatian": People(
        "E-pošta,Ime,Prezime,Mjesto",
        "Tomislav Žarko Slađana Anđelko Ružica Vesna Hrvoje Blaženka Mićo Zdenka Uroš Matjaž "
        "Špela Andraž Boštjan Domen Snježana Neven Dubravko Željka Đorđe Miloš Draško Jasna",
        "Jurić Blažević Šimunović Pavlović Novaković Božić Lončar Grgić Vidović Petrović Tomić "
        "Župan Krajnc Hočevar Žagar Košir Vidmar Golob Turk Kolarič Pušnik Đukić Ćosić Čupić",
        "Dubrovnik Varaždin Bjelovar Sinj Velika_Gorica Slavonski_Brod Koprivnica Čačak Niš "
        "Maribor Škofja_Loka Žalec Črnomelj Ljutomer Tržič Đurđevac",
    ),
    "russian": People(
        "Эл. почта,Имя,Фамилия,Город",
        "Алексей Борис Валентина Геннадий Евгения Зоя Ильдар Кирилл Людмила Максим Николай "
        "Раиса Павел Роман Семён Татьяна Фёдор Эдуард Юрий Ярослав Вера Шамиль Маргарита Глеб",
        "Абрамов Белоусова Воробьёв Громова Давыдов Егорова Жуков Захарова Ильин Капустина "
        "Логинов Мельникова Никитин Орлова Панфилов Рябова Степанов Третьякова Ушаков Филиппова "
        "Хохлов Цветкова Шестаков Эрнст",
        "Самара Челябинск Ростов-на-Дону Красноярск Волгоград Барнаул Иркутск Хабаровск "
        "Владивосток Ярославль Ижевск Оренбург Рязань Липецк Калуга Щёлково",
    ),
    "ukrainian": People(
        "Ел. пошта,Ім'я,Прізвище,Місто",
        "Богдан Василина Ганна Данило Єлизавета Зоряна Зіновій Ївга Катерина Лариса Мирослав "
        "Надія Остап Петро Раїса Соломія Тарас Уляна Федір Христина Юрій Ярина Всеволод Ілля",
        "Антоненко Білецька Вовк Гончарук Дяченко Єременко Журавель Зінченко Іщенко Козак "
        "Литвиненко Марченко Наливайко Олійник Пономаренко Романюк Сидоренко Тимошенко Усик "
        "Федорів Хоменко Цимбалюк Щербак Яременко",
        "Житомир Суми Хмельницький Черкаси Миколаїв Ужгород Тернопіль Луцьк Івано-Франківськ "
        "Кропивницький Біла_Церква Маріуполь Кременчук Бровари Ізмаїл Стрий",
    ),
    "bulgarian": People(
        "Ел. поща,Име,Фамилия,Град",
        "Атанас Борислав Виолета Галина Делян Емил Живко Здравка Ивайло Калоян Любомир Милена "
        "Недялко Огнян Пламен Румяна Силвия Теодор Ува Филип Христо Цветан Юлияна Ясен",
        "Атанасов Божинов Василев Генчев Дончева Енчев Жеков Златев Илиева Кръстев Люцканов "
        "Маринов Николова Орешков Пенчев Русев Събев Тонева Узунов Фотев Хаджиев Цонев Чолаков "
        "Щерев",
        "Добрич Шумен Перник Хасково Ямбол Пазарджик Благоевград Враца Габрово Асеновград "
        "Кърджали Търговище Дупница Свищов Карнобат Лом",
    ),
    "serbian": People(
        "Е-пошта,Име,Презиме,Место",
        "Александар Бранислав Весна Гордана Душан Ђорђе Жељко Зоран Јелена Љиљана Милош Небојша "
        "Оливера Предраг Радмила Слободан Тијана Ћира Урош Филип Чедомир Џенана Шћепан Невенка",
        "Арсић Благојевић Вучић Гајић Димитријевић Ђурић Живковић Зечевић Јанковић Љубичић "
        "Марјановић Несторовић Обрадовић Пантелић Ракић Стојковић Тодоровић Ћирић Урошевић "
        "Филиповић Цветковић Чолић Џамић Шешељ",
        "Београд Нови_Сад Ниш Крагујевац Суботица Зрењанин Панчево Чачак Краљево Лесковац Ужице "
        "Ваљево Шабац Врање Сомбор Бања_Лука",
    ),
    "greek": People(
        "Email,Όνομα,Επίθετο,Πόλη",
        "Αθανάσιος Βασιλική Γρηγόρης Δέσποινα Ευάγγελος Ζωή Ηλίας Θεοδώρα Ιφιγένεια Κυριάκος "
        "Λάμπρος Μιχάλης Νεφέλη Ξένια Όλγα Παναγιώτης Ρένα Σπύρος Τάσος Φωτεινή Χρήστος "
        "Ψαλτάκης Άρης Έλλη",
        "Αλεξίου Βλάχος Γαλάνης Δημητρίου Ευθυμίου Ζέρβας Ηλιόπουλος Θωμαΐδης Ιακωβίδης "
        "Κωνσταντίνου Λαμπράκης Μαυρίδης Ντόκος Ξυδάκης Οικονομίδης Παππάς Ράπτης Σταυρόπουλος "
        "Τσακίρης Υψηλάντης Φραγκάκης Χατζής Ψαρράς Άνθης",
        "Πειραιάς Καλαμάτα Σέρρες Κατερίνη Καβάλα Τρίκαλα Λαμία Κόρινθος Αγρίνιο Ξάνθη Μυτιλήνη "
        "Ρέθυμνο Κοζάνη Λευκωσία Λεμεσός Άρτα",
    ),
    "turkish": People(
        "E-posta,İsim,Soyadı,İl",
        "Barış Cansu Çiğdem Çınar Ebru Fatoş Gülşah Hüseyin Ilgaz İlknur Kerem Lütfiye Mübeccel "
        "Nilgün Oğuz Özge Pınar Rıza Süleyman Şükrü Tolga Ümit Yeşim Züleyha",
        "Akbaş Bayraktar Cengiz Çakır Demirtaş Ekşi Fındık Gündoğdu Hızır Işık İnönü Karagöz "
        "Köse Mutlu Nalbantoğlu Özdemir Polat Sarıoğlu Şimşek Taşkın Uçar Ünal Yüksel Zengin",
        "Balıkesir Çanakkale Denizli Elazığ Gümüşhane Şile Kırşehir Kütahya Nevşehir Muş Niğde "
        "Sakarya Şırnak Tekirdağ Uşak Zonguldak",
    ),
    "hebrew": People(
        "דוא״ל,שם,משפחה,ישוב",
        "אורי ברוך גילה דבורה הדסה ורד זאב חנה טל יצחק כרמית לאה מיכל נדב סיגל עמית פנינה צבי "
        "קרן רון שלומית תומר אילן נורית",
        "אדלר ברק גבאי דרור הורוביץ וקנין זוהר חדד טננבאום יוספי כרמי לביא מלכה נחום סבן עמר "
        "פלדמן צור קדוש רוזן שטרן תורגמן אוחיון בן_דוד",
        "אילת בת_ים גבעתיים דימונה הוד_השרון זכרון_יעקב חדרה טירה יבנה כרמיאל לוד מודיעין נהריה "
        "עכו פתח_תקווה צפת",
    ),
    "arabic": People(
        "بريد,الاسم_الأول,العائلة,البلد",
        "إبراهيم بدر تامر جميلة حسين خديجة رامي زينب سعيد شريف صالح طارق عائشة غادة فيصل قاسم "
        "كريم لطيفة منصور نبيل هالة وليد ياسر ضياء",
        "الأحمد البكري التميمي الجابر الحربي الخالدي الدوسري الرشيد الزعبي السالم الشريف الصباغ "
        "الطائي العتيبي الغامدي الفارس القاسم الكردي اللبان المالكي الناصر الهاشمي اليافعي "
        "عبدالرحمن",
        "الإسكندرية جدة حلب دمشق طرابلس صنعاء مكة عدن الموصل البصرة رام_الله طنجة فاس وهران "
        "مسقط صيدا",
    ),
    "lithuanian": People(
        "El. paštas,Vardas,Pavardė,Vietovė",
        "Algirdas Birutė Česlovas Daiva Eimantė Gražina Indrė Jonas Kęstas Laimutė Mykolas "
        "Nijolė Ona Raimundas Saulė Tautvydė Ugnė Vėtra Zigmantas Žilvinas Šviesė Jūris Rasa "
        "Ąžuolas",
        "Adomaitis Bagdonienė Čiurlionis Dambrauskaitė Grigaitė Ivanauskas Jakštas Kavaliūnas "
        "Lukošienė Mažeika Navickaitė Paulauskienė Ramanauskas Sakalauskaitė Šukys Tamošiūnas "
        "Urbšys Vaičiūnas Žemaitis Zabiela Ūsas Ėringis Kubilius Žiogas",
        "Marijampolė Alytus Jonava Visaginas Ukmergė Šilutė Radviliškis Palanga Druskininkai "
        "Biržai Jurbarkas Vilkaviškis Rokiškis Joniškis Anykščiai Ignalina",
    ),
    "latvian": People(
        "E-pasts,Vārds,Uzvārds,Vieta",
        "Andris Baiba Dzintars Elīna Gundars Ināra Jēkabs Kristīne Laimonis Māra Normunds "
        "Oskars Raimonds Sarmīte Skaidrīte Tālis Uģis Valdis Vēsma Ziedonis Žanis Ērika Ķelda "
        "Šarlote",
        "Āboliņš Balodis Celmiņa Dūmiņš Eglītis Freimanis Gailītis Jēkabsone Kļaviņa Lācis "
        "Mūrnieks Niedrītis Ozols Priedīte Rudzītis Siliņš Tīrums Upītis Vanags Zvirbulis "
        "Žagare Čakste Ķēniņš Šķēle",
        "Daugavpils Jelgava Ventspils Ogre Tukums Salaspils Bauska Talsi Dobele Krāslava "
        "Limbaži Līvāni Preiļi Sigulda Gulbene Alūksne",
    ),
    "estonian": People(
        "E-post,Eesnimi,Perenimi,Linn",
        "Jüri Mall Tõnu Ülle Märt Kätlin Peeter Õie Väino Maie Rein Ülo Küllike Jaak Mõtus "
        "Heldür Silvi Tõnis Ants Merle Hüllo Kärt Raivo Piia",
        "Tamm Mägi Sepp Kõiv Pärn Rebane Põder Saar Luik Jõgi Kütt Väli Õunapuu Mänd Lääts "
        "Rüütel Käär Vähi Hõbemägi Laanemäe Tõnisson Särg Kuusk Üksti",
        "Tartu Pärnu Kohtla-Järve Jõhvi Põlva Võru Türi Räpina Jõgeva Mõisaküla Sindi Kärdla "
        "Keila Põltsamaa Tõrva Märjamaa",
    ),
    "vietnamese": People(
        "Thư,Tên,Họ,Nơi",
        "Bình Châu Diễm Giang Hạnh Khánh Liên Mỹ Ngọc Oanh Phúc Quỳnh Sáu Thủy Uyên Vân Xuân "
        "Ánh Đạt Hiếu Loan Nhật Trúc Việt",
        "Âu Bạch Cao Dương Đinh Giáp Hoàng Kiều Lương Mạc Nghiêm Ông Phan Quách Tạ Tô Trịnh Từ "
        "Văn Vũ Đoàn Lưu Mai Chử",
        "Biên_Hòa Buôn_Ma_Thuột Cà_Mau Đồng_Hới Hạ_Long Lạng_Sơn Mỹ_Tho Nam_Định Phan_Thiết "
        "Quy_Nhơn Rạch_Giá Thái_Nguyên Tuy_Hòa Việt_Trì Vĩnh_Long Vũng_Tàu",
    ),
    "thai": People(
        "อีเมล,ชื่อ,สกุล,จังหวัด",
        "กิตติ จันทร์ ชลธิชา ณัฐพล ดวงใจ ธนวัฒน์ นิภา บุญเลิศ ปรีชา พรทิพย์ มานะ ยุพา รัตนา "
        "วิภา ศิริ สมหญิง สุรชัย อรุณ อุไร เอกชัย",
        "กาญจนา คงเจริญ จิตต์ดี ชัยมงคล ดีประเสริฐ ตั้งใจ ทิพย์รัตน์ นาคสุข บัวทอง ประสิทธิ์ "
        "พงษ์ไทย มั่นคง รุ่งเรือง ลิ้มเจริญ วงษ์สุวรรณ ศักดิ์ดี สายทอง หาญกล้า อินทร์แก้ว "
        "เพ็ชรรัตน์",
        "นนทบุรี ลำปาง สงขลา อุดรธานี สุโขทัย พิษณุโลก กระบี่ ตราด น่าน พะเยา ยะลา ลพบุรี",
    ),
    "japanese": People(
        "メールアドレス,名前,苗字,住所",
        "一郎 真由美 大樹 彩香 雄一 千尋 直人 美穂 慎也 涼子 昭夫 久美子 隆 ひろし "
        "まさる あゆみ タカシ ユウコ 修 薫 剛 祥子 勝 克己",
        "松本 井上 木村 林 清水 山崎 池田 阿部 橋本 石川 前田 藤田 小川 岡田 後藤 "
        "長谷川 村上 近藤 坂本 青木 福田 西村 太田 三浦",
        "千葉 埼玉 新潟 静岡 浜松 岡山 広島 熊本 鹿児島 金沢 長崎 松山 岐阜 宇都宮 高松 那覇",
    ),
    "simplified chinese": People(
        "邮件,名字,姓氏,所在地",
        "俊杰 晓东 淑珍 海燕 立新 春梅 国强 玉兰 文博 思远 嘉怡 子轩 梓涵 凯 蕾 "
        "鹏 桂英 红 建华 爱民 世杰 佳琪 润泽 雪",
        "孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 诸葛",
        "天津 重庆 南京 苏州 青岛 大连 厦门 长沙 郑州 昆明 合肥 济南 福州 南昌 贵阳 石家庄",
    ),
    "traditional chinese": People(
        "信箱,名字,姓氏,地區",
        "建宏 麗華 冠宇 佩珊 承恩 惠雯 哲瑋 欣怡 國華 秀蘭 子晴 嘉欣 偉倫 慧敏 "
        "振宇 筱婷 彥廷 玉珍 俊賢 靜宜 家榮 曉雯 世昌 寶珠",
        "洪 邱 曾 廖 賴 徐 周 葉 蘇 莊 呂 江 何 蕭 羅 高 潘 簡 朱 鍾 游 詹 司徒 戴",
        "桃園 屏東 彰化 雲林 宜蘭 花蓮 臺東 苗栗 南投 九龍 沙田 荃灣 屯門 板橋 中壢 三重",
    ),
    "korean": People(
        "메일,이름,성씨,지역",
        "민수 지영 성호 미경 동현 은주 상철 혜진 준호 수진 태영 유나 병철 정희 "
        "재민 소영 광수 경숙 시우 채원 예준 나래 승환 보람",
        "오 서 신 권 황 안 송 전 홍 유 고 문 양 손 배 백 허 노 심 하 곽 성 차 선우",
        "전주 청주 포항 창원 안양 성남 고양 용인 목포 여수 강릉 원주 경주 김해 천안 구미",
    ),
}
"""By language: names that are common in it, written down by hand."""

_ENGLISH = People(
    "Email,First Name,Last Name,City",
    "John Mary James Linda Robert Susan Michael Karen David Nancy William Lisa Mark Sandra Paul "
    "Laura",
    "Smith Johnson Brown Taylor Wilson Clark Lewis Walker Young King Wright Hill Green Baker "
    "Carter Parker",
    "Boston Denver Austin Leeds Bristol Toronto Sydney Dublin Chicago Seattle Perth Oxford",
)
_TYPED = (
    "Kestrel Labs – Sales", "Harbour\xa0&\xa0Sons", "O’Brien Ltd", "“Blue” Works",
    "Fair – Hall 7", "Café\xa0Noir", "Price:\xa05\xa0€", "Mill…", "D’Angelo Bros", "Acme™ Tools",
    "Orchard®", "12–14 Mill Road", "North\xa0Gate", "Women’s Health", "Unit\xa04", "Smith—Jones",
    "• Partner", "Dean’s “Office”", "Room 3 – 1st floor", "20\xa0–\xa030 staff", "Rue 5°",
    "St\xa0Mary’s", "Plan B – draft", "‘Lead’",
)  # fmt: skip
"""Company names as a word processor or a web page writes them, in English."""

TYPED = "english, typed"
"""A language of `names_table`: English names, and dashes, quotes and blanks beyond ASCII."""


def names_table(
    language: str, rows: int, *, half: int, seed: int, style: str = "", share: float = 1.0
) -> str:
    """A contact file of so many rows.

    Args:
        language: one of `PEOPLE`, or `TYPED`.
        half: 0 for the names that were tuned on, 1 for those held out.
        style: "" under an English header, "own" under one in the language, "upper" for capitals.
        share: of the rows, those with names of the language; the others are English.
    """
    dice = random.Random(f"{language}-{rows}-{half}-{seed}-{style}-{share}")
    people = _ENGLISH if language == TYPED else PEOPLE[language]
    header = people.header.replace("_", " ") if style == "own" else _ENGLISH.header
    lines = [header + (",Company" if language == TYPED else "")]
    for number in range(rows):
        own = dice.random() < share or not number
        cells = [dice.choice(_half(names, half)) for names in _lists(people if own else _ENGLISH)]
        if language == TYPED:
            cells.append(dice.choice(_TYPED[half::2]) if own else "Mill Works")
        if style == "upper":
            cells = [cell.upper() for cell in cells]
        lines.append(",".join([f"guest{number}@expo-visitors.com", *cells]))
    return "".join(f"{line}\r\n" for line in lines)


def _lists(people: People) -> tuple[str, str, str]:
    return people.given, people.family, people.cities


def _half(names: str, half: int) -> list[str]:
    return [name.replace("_", " ") for name in names.split()[half::2]]
