"""Everyday words and common names of languages, for the letters that CLDR's names hardly have.

CLDR names countries, languages and currencies; it has little of how a language's own words and
names end. The names by which `make compare` measures the guess of an encoding are not among these.
"""

from __future__ import annotations

from collections.abc import Mapping

VOCABULARY: Mapping[str, str] = {
    "de": (
        "Straße Größe Grüße schön grün für über Tür Öl Äpfel Öffnung Übung Bücher Häuser "
        "Töchter Söhne fröhlich Schüler Lehrer Käse Brötchen Gemüse süß weiß heiß groß Fuß Gruß "
        "Müller Jürgen Günther Köhler Krüger Weiß Böhm Jäger Schäfer Björn Sören Käthe Königin "
        "Möbel Bäckerei Gebäude Führung Geschäft Prüfung Bürger Züge Länder Wörter Höhe Kälte "
        "Wärme Stück Brücke Glück "
        "Zoë Noël Joël Café René André Renée Cordée Exposé"
    ),
    "fr": (
        "français française société téléphone prénom numéro hôtel hôpital école élève étudiant "
        "même père mère frère première dernière fête fenêtre tête arrêt être île août goût coût "
        "maïs naïf Noël Joël Gaël Zoé Chloé Léa Théo Éric Hélène Jérôme François Thérèse "
        "Lefèvre Béranger Dupré Côté Lemaître boîte château gâteau théâtre côté clôture leçon "
        "façade reçu ça déjà voilà là à où dû sûr mûr pièce règle crème siècle collège lycée "
        "musée marché général république médecin décembre février célèbre thé café clé blé "
        "réunion créé année"
    ),
    "es": (
        "España español niño niña año años señor señora mañana compañía montaña pequeño dueño "
        "baño sueño otoño cabaña piña leña muñeca enseñar diseño tamaño daño caña uña ñandú "
        "cuñado cigüeña vergüenza pingüino bilingüe teléfono número dirección población código "
        "página último también después día país más sí aquí allí él café José María Andrés "
        "Sofía Raúl Inés Joaquín Mónica Muñoz García Núñez Pérez Ibáñez Peña Gómez Martínez "
        "Cañizares León López González Díaz Ángel Éxito Índice Óptica Único árbol élite ángulo "
        "éste ópera útil canción camión jardín"
    ),
    "it": (
        "città società università qualità libertà attività comunità perché caffè cioè è così "
        "però più giù può virtù lunedì martedì mercoledì giovedì venerdì tribù menù ragù papà "
        "età già là ciò sarà né sé finché metà verità novità carità bontà difficoltà tè piè sì "
        "mercé ohibò pietà onestà parlò andò farò potrò canapè bidè purché poiché lassù quaggiù "
        "gioventù servitù chissà"
    ),
    "pt": (
        "São não pão mão irmão avião coração informação direção endereço preço serviço açúcar "
        "cabeça criança açaí você avó avô três português inglês mês português público música "
        "página último também até já é à às órgão índice ônibus ângulo saúde país João Antônio "
        "António José Lúcia Sérgio Araújo Simões Magalhães Falcão Leitão Brandão Gonçalves "
        "Corrêa ações lições corações cães pães mães razões põe opinião região estação maçã "
        "manhã lã irmã amanhã fácil difícil açougue praça março"
    ),
    "sv": (
        "företag förnamn gata på två åtta år gå få då också från språk kött frö hö sjö ö björk "
        "älv äpple ägg är här där när människa välkommen lördag söndag Åke Åsa Björn Göran "
        "Håkan Märta Sjöberg Lindström Nyström Ståhl Öberg Söderberg Malmö Växjö skön grön dörr "
        "höst vår härlig"
    ),
    "da": (
        "på også får år å åben ål blå små gå æble æg lære være række kære præst næse læge sø ø "
        "ørn øl køb hjørne først smør rød grøn brød møde højre kød øje Åge København Færøerne "
        "træ knæ fjær vær bær lån hånd sprog nævn måned lørdag søndag kørsel Ærø Ørsted"
    ),
    "no": (
        "på også får år å åpen blå gå ærlig lære være øy øl kjøp hjørne først smør rød grønn "
        "brød møte høyre kjøtt øye Lillehammer træ vær bær håp språk måned lørdag søndag "
        "kjøring sjø bjørk fjære næring dør snø"
    ),
    "fi": (
        "Hämeenlinna Järvenpää Yrjö Väinö Päivi Mäkelä Hämäläinen Mäkinen Lämsä Väänänen pöytä "
        "käsi pää työ yö syö hyvä päivä tämä sää mökki järvi mäki sähköposti etunimi öljy äiti "
        "Äänekoski"
    ),
    "nl": (
        "één financiën België Italië coördinatie reünie ideeën zeeën knieën café patiënt "
        "beïnvloeden geïnd egoïst Zoë Chloë Daniël Michaël Daniëlle Joël Noël André René Renée "
        "Hélène Thérèse"
    ),
    "is": (
        "Þór Guðrún Sigurður Jón Ólafur Kristín Þórdís Björn Ásta Héðinn Hafþór Sæunn Óðinn "
        "Ísafjörður Reykjavík Kópavogur Hafnarfjörður Ægir Össur Steinþór Guðmundsdóttir "
        "Jónsson Þorsteinsdóttir veður maður bóndi sími nafn fyrirtæki götu þú það ég"
    ),
    "pl": (
        "Łukasz Małgorzata Paweł Michał Wiśniewski Dąbrowska Zieliński Jabłoński Król Wróbel "
        "Łódź Gdańsk Poznań Wrocław Białystok Częstochowa Rzeszów Toruń spółka ulica "
        "województwo imię miejscowość środa październik źródło żółw żona dźwięk ćma ślub święto "
        "gęś mąż ząb dąb ręka książka słońce dziecięcy być żyć pięć dziesięć coś ktoś głos gość "
        "kość koń dzień"
    ),
    "cs": (
        "Jiří Tomáš Lukáš Kateřina Zdeněk Štěpán Ondřej Věra Růžena Žofie Dvořák Černý "
        "Procházka Kučera Veselý Němec Růžička Beneš Plzeň Ústí Zlín Třebíč společnost jméno "
        "příjmení město čtvrtek pátek září říjen květen dům stůl kůň řeka řidič žena škola "
        "číslo ďábel ťukat něco děti tělo síň úřad účet dlouhý krátký který"
    ),
    "sk": (
        "Ľudovít Ľubica Ján Štefan spoločnosť meno priezvisko mesto štvrtok môj kôň stôl ľudia "
        "ďakujem ťažký vŕba hŕba stĺp dĺžka päť mäso žena škola číslo úrad účet"
    ),
    "hu": (
        "László Zoltán Ágnes Győző Erzsébet Béla Zsófia Jenő Ödön Réka Gergő Szűcs Kovács Tóth "
        "Szabó Horváth Vörös Fehér Erdős Hegedűs Győr Pécs keresztnév vezetéknév város cégnév "
        "utca időpont könyv főnök nő erdő mező szőlő fű tű gyűrű műhely hűtő űr őr ősz étel út "
        "új úr ügy több között hétfő csütörtök"
    ),
    "ro": (
        "Ţară şcoală şi în însă câine pâine română mâine fântână sâmbătă să că dacă după până "
        "mână cămaşă viaţă piaţă braţ preţ puţin ţară aţă oraş ştiri paşi uşă înalt întreg încă "
        "coborî urî hotărî Brăila Sălaj Mureş Argeş Neamţ Vaslui Bistriţa Ionuţ Mihăiţă Crăciun"
    ),
    "hr": (
        "Željko Božidar Đurđica Siniša Krešimir Nataša Šime Anđela Dražen Kovačević Babić Marić "
        "Jurišić Knežević Vuković Perišić Šarić Đurić Šibenik Požega Đakovo Čakovec Poreč "
        "županija pošta tvrtka kuća cesta čovjek riječ noć kći ključ žena život šuma škola đak "
        "anđeo rođen riđ među leđa"
    ),
    "sl": (
        "Žužemberk Črna Šentjur Tadej Urška Žiga Zupančič Kovačič Novak Žnidaršič Bevčar čebela "
        "šola življenje žena ključ noč pošta mož šest človek"
    ),
    "tr": (
        "Gökhan Şule Ayşe İbrahim Işıl Yağmur Çağrı Özlem Uğur Tuğçe Yılmaz Çağlar Kılıç Öztürk "
        "Şahin Yıldırım Aydın Güneş Koç Erdoğan Çelik İstanbul Eskişehir Kadıköy Diyarbakır "
        "Muğla İzmir soyad şehir şirket güneş ışık ağaç dağ öğretmen öğrenci çocuk kız yıl "
        "altın ığdır ılık içki iş şeker kuş taş baş ağır doğru değil yağ"
    ),
    "lt": (
        "Žydrūnas Rūta Agnė Jūratė Šarūnas Živilė Dovilė Kęstutis Eglė Kazlauskienė Jankūnas "
        "Žukauskas Stankevičius Butkutė Šimkus Urbonaitė Šiauliai Panevėžys Klaipėda Mažeikiai "
        "įmonė pavardė gatvė ėjimas ūkis žmogus šuo čia šį tą kąsnis ranką galvų namų žemė upė "
        "gėlė lėtas"
    ),
    "lv": (
        "Jānis Kārlis Līga Mārtiņš Ģirts Ķirsis Pēteris Bērziņš Kalniņa Ozoliņš Liepiņa Krūmiņš "
        "Šmits Zariņa Vītols Rīga Liepāja Jūrmala Rēzekne Jēkabpils uzņēmums tālrunis uzvārds "
        "vārds šķūnis ļoti ņemt ģimene ķēde ēka āda īss ūdens zāle māja bērns tēvs māte brālis "
        "čūska žagari"
    ),
    "et": (
        "Õnne Kõrge õu õpetaja küla tänav päev öö töö söök köök müük hüüd kõik mõni sõber põld "
        "põhi lõuna õhtu hääl jää pää käsi ettevõte eesnimi perekonnanimi šokolaad žanr"
    ),
}
"""By language, as CLDR abbreviates it."""
