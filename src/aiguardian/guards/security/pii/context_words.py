"""The words that say what a value beside them is, by label, in lower case.

Words of four letters or fewer count only whole; longer ones may go on (`telefon` reads
`telefonnummer`). Hyphens and underscores read as spaces.
"""

from __future__ import annotations

from aiguardian.guards.security.pii.ids.table import ID_FORMATS

OTHER = "other number"
"""The label of words that say a number is nobody's: order, invoice, version, timestamp."""
ANY_ID = "id"
"""The label of words for an identity number of no particular country."""
ANY_NUMBER = "any number"
"""The label of every word that names a kind of number."""

_WORDS: dict[str, tuple[str, ...]] = {
    "phone": (
        "phone", "telephone", "tel", "tel.", "mobile", "mob", "cell", "cellphone", "cellular",
        "fax", "call", "calling", "called", "dial", "ring", "text me", "texted", "whatsapp",
        "sms", "hotline", "contact", "reach", "voicemail", "landline", "answering at", "desk",
        "office", "ph", "phn", "ext", "pager", "viber", "signal number", "two-factor", "toll free",
        "telefon", "telefoon", "telefone", "teléfono", "telefono", "téléphone", "telephon",
        "handy", "mobil", "mobiel", "móvil", "movil", "rufnummer", "durchwahl", "anrufen", "anruf",
        "erreichbar", "rückruf", "portable", "appeler", "appelez", "joindre", "joignable",
        "celular", "llamar", "llámame", "llame", "cellulare", "chiamare", "chiama", "recapito",
        "telemóvel", "telemovel", "ligar", "ligue", "contato", "contacto", "bellen", "gsm",
        "bereikbaar", "ringa", "nås", "tlf", "puhelin", "puh", "matkapuhelin", "soita", "sími",
        "numer telefonu", "komórk", "komork", "zadzwoń", "kontakt", "zavolej", "volat", "volejte",
        "hívj", "mobilszám", "sunați", "sunati", "τηλ", "τηλέφων", "κινητ", "cep tel", "ara",
        "телефон", "тел", "моб", "мобильн", "звони", "позвон", "дзвон", "мобільн", "обадете",
        "电话", "電話", "手机", "手機", "携帯", "联系方式", "致电", "拨打", "전화", "휴대폰",
        "핸드폰", "연락처", "هاتف", "جوال", "موبايل", "اتصل", "تلفن", "موبایل", "טלפון", "נייד",
        "फोन", "फ़ोन", "मोबाइल", "ফোন", "மொபைல்", "โทร", "มือถือ", "điện thoại", "sđt", "gọi",
        "telepon", "hp", "hubungi", "nomor", "telefón", "simu", "no. tel",
    ),
    "card": (
        "card", "credit", "debit", "visa", "mastercard", "amex", "american express", "discover",
        "maestro", "diners", "jcb", "cc", "cc#", "ccn", "cvv", "cvc", "pan", "cardnumber",
        "kreditkart", "kartennummer", "karte", "carte", "bancaire", "tarjeta", "carta",
        "cartão", "cartao", "creditcard", "kaart", "kort", "kortnummer", "karta", "karty", "kartę",
        "kártya", "cardul", "κάρτα", "kart", "карт", "картк", "信用卡", "银行卡", "卡号", "カード",
        "카드", "بطاقة", "כרטיס", "कार्ड", "thẻ", "kartu", "บัตรเครดิต",
    ),
    "iban": (
        "iban", "bank account", "bankverbindung", "compte bancaire", "kontonummer", "rekening",
        "cuenta", "conto", "konto", "bank",
    ),
    "bic": ("bic", "swift", "swift code", "bic code", "bic/swift", "swift/bic"),
    "account": (
        "account number", "account no", "account #", "acct", "acct no", "a/c no", "a/c number",
        "bank account", "account num", "account is", "checking account", "savings account",
        "kontonummer", "konto nr", "numéro de compte", "numero de compte", "número de cuenta",
        "numero de cuenta", "numero di conto", "número da conta", "conta corrente",
        "rekeningnummer", "numer konta", "номер счета", "номер счёта", "расчетный счет",
        "银行账号", "账号", "口座番号", "계좌번호", "رقم الحساب", "खाता संख्या", "số tài khoản",
        "nomor rekening", "hesap numara", "číslo účtu", "bankkonto", "tilinumero", "account",
    ),
    "sort code": ("sort code", "sortcode", "sort codes"),
    "bsb": ("bsb",),
    "ifsc": ("ifsc",),
    "passport": (
        "passport", "reisepass", "passnummer", "passeport", "pasaporte", "passaporto",
        "passaporte", "paspoort", "pass nr", "passi", "paszport", "cestovní pas", "útlevél",
        "pașaport", "pasaport", "паспорт", "διαβατήρι", "护照", "護照", "パスポート", "旅券",
        "여권", "جواز", "דרכון", "पासपोर्ट", "หนังสือเดินทาง", "hộ chiếu", "paspor", "pasapor",
    ),
    "licence": (
        "driver's license", "drivers license", "driver license", "driver’s license",
        "driving license", "driver's licence", "drivers licence", "driver licence",
        "driver’s licence", "driving licence", "driver's lic", "driver lic", "license number",
        "licence number", "license no", "license #", "licence no", "dl number", "dl no", "dl #",
        "driver id", "driving permit", "führerschein", "fahrerlaubnis", "permis de conduire",
        "numéro de permis", "carnet de conducir", "licencia de conducir",
        "permiso de conducir", "patente", "carta de condução", "carteira de motorista", "cnh",
        "rijbewijs", "körkort", "kørekort", "førerkort", "ajokortti", "prawo jazdy",
        "prawa jazdy", "řidičsk", "vodičsk", "jogosítvány", "permis auto", "водительск", "права №",
        "ehliyet", "sürücü belgesi", "驾照", "驾驶证", "運転免許", "운전면허", "רישיון נהיגה",
        "रायविंग", "ड्राइविंग", "ใบขับขี่", "bằng lái", "giấy phép lái xe", "sim number",
    ),
    "plate": (
        "license plate", "licence plate", "number plate", "plate number", "plate no", "plate",
        "plates", "registration number", "vehicle registration", "reg number", "car reg",
        "registration plate", "vrm", "kennzeichen", "nummernschild", "immatriculation",
        "plaque", "matrícula", "matricula", "placa", "targa", "targata", "kenteken", "regnummer",
        "registreringsnummer", "nummerplade", "rekisterinumero", "rejestracyjn", "rejestracj",
        "spz", "poznávací značk", "rendszám", "înmatriculare", "гос номер", "госномер",
        "номерной знак", "plaka", "车牌", "車牌", "ナンバープレート", "차량번호", "번호판",
        "biển số", "nomor polisi", "ทะเบียนรถ", "लाइसेंस प्लेट",
    ),
    "ip": (
        "ip", "ipv4", "ipv6", "address", "host", "server", "ping", "client", "remote", "adresse",
        "dirección", "indirizzo", "endereço", "adres", "адрес", "地址", "アドレス", "주소", "from",
        "logged in", "login", "browser", "user agent", "x forwarded for", "whois",
    ),
    "crypto": (
        "wallet", "bitcoin", "btc", "eth", "ethereum", "xmr", "monero", "solana", "sol", "ltc",
        "doge", "trx", "tron", "usdt", "crypto", "address", "deposit", "кошел", "钱包",
        "ウォレット", "지갑", "cartera", "portefeuille", "cardano",
    ),
    "vin": ("vin", "vehicle identification", "chassis", "fahrgestellnummer", "fin"),
    "coordinates": (
        "coordinate", "coords", "gps", "lat", "latitude", "location", "located", "long", "lng",
        "longitude", "position", "geo", "koordinaten", "standort", "breitengrad", "coordonnées",
        "coordenadas", "ubicación", "coordinate geografiche", "координат", "坐标", "位置", "座標",
        "좌표", "map", "maps",
    ),
    "latitude": ("lat", "latitude"),
    "birth": (
        "born", "birth", "birthdate", "birthday", "date of birth", "dob", "d.o.b", "bday",
        "birth date", "birthdate", "geboren", "geburtsdatum", "geburtstag", "geb.", "geb", "né le",
        "née le", "né(e)", "date de naissance", "naissance", "nacido", "nacida", "nació",
        "fecha de nacimiento", "nacimiento", "cumpleaños", "nato il", "nata il", "nato a",
        "data di nascita", "nascita", "nascido", "nascida", "nasceu", "data de nascimento",
        "nascimento", "nasc", "geboortedatum", "geboorte", "född", "födelsedatum", "født",
        "fødselsdato", "fødselsdag", "syntynyt", "syntymäaika", "fæddur", "urodzon",
        "data urodzenia", "ur.", "narozen", "datum narození", "narodený", "dátum narodenia",
        "született", "születési", "născut", "data nașterii", "nașterii", "rođen", "datum rođenja",
        "rojen", "datum rojstva", "γεννήθηκε", "ημερομηνία γέννησης", "γέννησης", "doğum", "doğdu",
        "дата рождения", "родился", "родилась", "рождения", "д.р", "дата народження",
        "народився", "народилася", "народження", "роден", "дата на раждане", "出生", "生日",
        "生年月日", "誕生日", "生まれ", "생년월일", "생일", "출생", "تاريخ الميلاد", "مواليد",
        "תאריך לידה", "נולד", "जन्म", "জন্ম", "วันเกิด", "เกิดวันที่", "ngày sinh", "sinh ngày",
        "tanggal lahir", "lahir", "sündinud", "sünniaeg", "dzimis", "dzimšanas", "gimė", "gimimo",
        "kuzaliwa",
    ),
    "age": (
        "age", "aged", "turned", "turning", "alter", "âge", "agé de", "âgé de", "âgée de", "edad",
        "età", "idade", "leeftijd", "ålder", "alder", "ikä", "wiek", "věk", "vek", "életkor",
        "vârsta", "ηλικία", "yaş", "возраст", "вік", "年龄", "年齡", "年齢", "나이", "العمر", "גיל",
        "उम्र", "आयु", "อายุ", "tuổi", "usia", "umur", "edat",
    ),
    "years old": (
        "years old", "year old", "years olds", "year olds", "yrs old", "yr old", "y/o", "yo",
        "岁", "歲", "歳", "才", "세", "살",
    ),
    "years": (
        "ans", "jahre", "años", "anni", "anos", "jaar", "år", "lat", "lata", "let", "roků", "лет",
        "год", "года", "годов", "років", "рік", "роки", "vuotta", "vuotias", "yaşında", "tahun",
        "tuổi", "ετών", "éves", "ani", "godina",
    ),
    "username": (
        "username", "user name", "userid", "user id", "login", "login name", "nickname",
        "screen name", "benutzername", "nutzername", "nom d'utilisateur", "nom d’utilisateur",
        "identifiant", "nombre de usuario", "usuario", "nome utente", "nome de usuário",
        "gebruikersnaam", "användarnamn", "brukernavn", "brugernavn", "käyttäjätunnus",
        "nazwa użytkownika",
        "uživatelské jméno", "felhasználónév", "nume de utilizator", "kullanıcı adı",
        "имя пользователя", "логин", "用户名", "ユーザー名", "사용자 이름", "아이디",
        "اسم المستخدم", "שם משתמש", "tên đăng nhập", "nama pengguna", "handle", "twitter",
        "instagram", "telegram", "skype", "discord", "github", "tiktok", "snapchat", "mastodon",
        "insta", "ig", "gamertag",
    ),
    "medical": (
        "mrn", "medical record", "patient id", "patient number", "patient no", "hospital number",
        "chart number", "health record", "medical id", "health card", "healthcare number",
        "patientennummer", "numéro de patient", "historia clínica", "cartella clinica", "ohip",
        "health plan", "beneficiary number", "病历号", "prontuário",
    ),
    "insurance": (
        "policy number", "policy no", "policy #", "insurance policy", "insurance number",
        "insurance id", "insurance no", "member id", "member number", "subscriber id",
        "claim number", "versicherungsnummer", "policennummer",
        "numéro de police", "numéro d'assuré", "número de póliza", "numero di polizza",
        "polisnummer", "numer polisy", "номер полиса", "apólice", "poliza", "保单号",
    ),
    "employee": (
        "employee id", "employee number", "employee no", "staff id", "student id",
        "student number", "personnel number", "badge number", "personalnummer",
        "matrikelnummer", "matriculation", "número de empleado",
        "customer id", "customer number", "client id number", "kundennummer", "numéro client",
        "número de cliente", "codice cliente", "klantnummer", "loyalty number", "frequent flyer",
    ),
    "postal": (
        "zip code", "zip", "zipcode", "postal code", "postcode", "post code", "postleitzahl", "plz",
        "code postal", "código postal", "codigo postal", "cep", "postnummer", "postinumero",
        "kod pocztowy", "psč", "irányítószám", "cod poștal", "индекс", "posta kodu", "邮编",
        "郵便番号", "우편번호", "pincode", "pin code", "eircode",
    ),
    "id": (
        "national id", "id number", "id no", "id card", "identity card", "identity number",
        "identification number", "personal id", "personal number", "tax id", "tax number", "tin",
        "tax identification", "citizen id", "government id", "id#", "ausweis", "personalausweis",
        "carte d'identité", "documento de identidad", "cédula", "carta d'identità", "identiteit",
        "bilhete de identidade", "cartão de cidadão", "personbevis", "identité", "kimlik",
        "удостоверение", "身份", "identification",
    ),
    "other number": (
        "order", "order number", "order no", "order id", "order #", "invoice", "invoice number",
        "tracking", "tracking number", "ticket", "ticket number", "reference", "ref", "case number",
        "version", "build", "commit", "revision", "timestamp", "epoch", "unix time", "isbn", "issn",
        "ean", "upc", "sku", "asin", "part number", "part no", "product code", "article number",
        "serial number", "serial no", "model number", "batch", "lot", "transaction id", "doi",
        "bestellnummer", "rechnungsnummer", "artikelnummer", "commande", "facture", "pedido",
        "factura", "ordine", "fattura", "bestelling", "заказ", "订单", "pid", "port",
        "bytes", "seed", "checksum", "hash", "parcel", "shipment", "rfc", "error code", "offset",
    ),
}  # fmt: skip


_SAYS_A_NUMBER = (
    "phone", "card", "account", "sort code", "bsb", "passport", "licence", "vin", "medical",
    "insurance", "employee", "other number",
)  # fmt: skip


def words_by_label() -> dict[str, tuple[str, ...]]:
    """All words: those of this module, of each identity number under its type, and under
    `ANY_NUMBER` all that name some kind of number."""
    merged = dict(_WORDS)
    for row in ID_FORMATS:
        merged[row.type] = merged.get(row.type, ()) + row.words
    named = {word for label in _SAYS_A_NUMBER for word in _WORDS[label]}
    named.update(word for row in ID_FORMATS for word in row.words)
    return merged | {ANY_NUMBER: tuple(sorted(named))}
