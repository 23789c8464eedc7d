"""The headers that real exports write, column by column, and the field each one is.

Header lines as the tools write them, without a row. A column with no field behind its `>` is none
of ours, and must not become one: an owner is no contact, and a second address is not the first.
"""

from __future__ import annotations

import pytest

from preflight.config import profiles
from preflight.config.column_mapping import resolve

EXPORTS = {
    "hubspot contacts": """
        Record ID > | First Name > first_name | Last Name > last_name | Email > email
        Phone Number > phone | Mobile Phone Number > mobile | Contact owner > | Lead Status >
        Create Date > created_at | Associated Company > company | Associated Company IDs >
        Job Title > job_title | Country/Region > country | State/Region > state | City > city
        Postal Code > postcode | Street Address > address | Lifecycle Stage > | Original Source >
        Last Activity Date > | Website URL >""",
    "hubspot contacts, both companies": """
        Email > email | Company Name > company | Associated Company >""",
    "salesforce lead report": """
        Lead ID > | First Name > first_name | Last Name > last_name | Title > job_title
        Company / Account > company | Email > email | Phone > phone | Mobile > mobile
        Street > address | City > city | State/Province > state | Zip/Postal Code > postcode
        Country > country | Lead Source > | Lead Owner > | Create Date > created_at
        Email Opt Out >""",
    "salesforce data loader, contacts": """
        ID > | ACCOUNTID > | LASTNAME > last_name | FIRSTNAME > first_name | SALUTATION >
        NAME > name | MAILINGSTREET > address | MAILINGCITY > city | MAILINGSTATE > state
        MAILINGPOSTALCODE > postcode | MAILINGCOUNTRY > country | PHONE > phone | FAX >
        MOBILEPHONE > mobile | HOMEPHONE > | EMAIL > email | TITLE > job_title
        CREATEDDATE > created_at | LASTMODIFIEDDATE >""",
    "salesforce contact report": """
        Salutation > | First Name > first_name | Last Name > last_name | Account Name > company
        Mailing Street > address | Mailing City > city | Mailing State/Province > state
        Mailing Zip/Postal Code > postcode | Mailing Country > country | Email > email""",
    "mailchimp audience": """
        Email Address > email | First Name > first_name | Last Name > last_name
        Phone Number > phone | MEMBER_RATING > | OPTIN_TIME > joined_at | OPTIN_IP >
        CONFIRM_TIME > | CONFIRM_IP > | LATITUDE > | LONGITUDE > | GMTOFF > | DSTOFF >
        TIMEZONE > | CC > | REGION > state | LAST_CHANGED > | LEID > | EUID > | NOTES > notes
        TAGS > tags""",
    "mailchimp merge tags": """
        EMAIL > email | FNAME > first_name | LNAME > last_name | PHONE > phone
        ADDRESS > address | BIRTHDAY >""",
    "twenty people": """
        Name / First Name > first_name | Name / Last Name > last_name
        Emails / Primary Email > email | Emails / Additional Emails >
        Phones / Primary Phone Number > phone | Phones / Primary Phone Country Code > phone_country
        Phones / Primary Phone Calling Code > calling_code | Phones / Additional Phones >
        Company / Name > company | City > city | Job Title > job_title""",
    "paths to something else": """
        Email > email | Email / Phone > | Company / City > | Owner / Name >
        Contact / Company / Name > company | Contact / Mobile > mobile""",
    "phones in parts": """
        E-mail > email | Phone > phone | Phone Country Code > phone_country | Country > country
        Dial Code > calling_code""",
    "klaviyo": """
        Email > email | Klaviyo ID > | First Name > first_name | Last Name > last_name
        Organization > company | Title > job_title | Phone Number > phone | Address > address
        Address 2 > | City > city | State / Region > state | Country > country | Zip Code > postcode
        Source >""",
    "klaviyo properties": """
        $email > email | $first_name > first_name | $last_name > last_name | $phone_number > phone
        $organization > company | $title > job_title | $city > city | $region > state
        $country > country | $zip > postcode | $source > | $consent >""",
    "eventbrite attendees": """
        Order # > | Order Date > registered_at | First Name > first_name | Last Name > last_name
        Email > email | Quantity > | Price Tier > | Ticket Type > | Attendee # > | Group >
        Order Type > | Currency > | Total Paid > | Fees Paid > | Attendee Status >
        Home Address 1 > address | Home Address 2 > | Home City > city | Home State > state
        Home Zip > postcode | Home Country > country | Cell Phone > mobile | Job Title > job_title
        Company > company""",
    "eventbrite attendees, british": """
        Order # > | Order Date > registered_at | First Name > first_name | Surname > last_name
        Email > email | Event Name > | Ticket Type > | Attendee Status >""",
    "luma guests": """
        guest_id > | api_id > | name > name | first_name > first_name | last_name > last_name
        email > email | phone_number > phone | created_at > created_at | approval_status >
        checked_in_at > | utm_source > | qr_code_url > | amount > | amount_tax > | currency >
        coupon_code > | eth_address > | solana_address > | survey_response_rating >
        ticket_type_id > | ticket_name > | What's your company? >""",
    "google contacts": """
        First Name > first_name | Middle Name > | Last Name > last_name | Phonetic First Name >
        Name Prefix > | Name Suffix > | Nickname > | File As > | Organization Name > company
        Organization Title > job_title | Organization Department > | Birthday > | Notes > notes
        Photo > | Labels > tags | E-mail 1 - Label > | E-mail 1 - Value > email
        E-mail 2 - Label > | E-mail 2 - Value > | Phone 1 - Label > | Phone 1 - Value > phone
        Phone 2 - Label > | Phone 2 - Value > | Address 1 - Label > | Address 1 - Formatted >
        Address 1 - Street > address | Address 1 - City > city | Address 1 - Region > state
        Address 1 - Postal Code > postcode | Address 1 - Country > country""",
    "google contacts, before 2024": """
        Name > name | Given Name > first_name | Additional Name > | Family Name > last_name
        Yomi Name > | Group Membership > | E-mail 1 - Type > | E-mail 1 - Value > email
        Phone 1 - Type > | Phone 1 - Value > phone | Organization 1 - Type >
        Organization 1 - Name > company | Organization 1 - Title > job_title""",
    "outlook": """
        Title > | First Name > first_name | Middle Name > | Last Name > last_name | Suffix >
        Company > company | Department > | Job Title > job_title | Business Street > address
        Business City > city | Business State > state | Business Postal Code > postcode
        Business Country/Region > country | Home Street > | Home City > | Home State >
        Home Postal Code > | Home Country/Region > | Other Country/Region > | Assistant's Phone >
        Business Fax > | Business Phone > phone | Business Phone 2 > | Company Main Phone >
        Home Phone > | Mobile Phone > mobile | Other Phone > | Primary Phone > | Birthday >
        E-mail Address > email | E-mail Type > | E-mail Display Name > | E-mail 2 Address >
        E-mail 3 Address > | Notes > notes | Web Page >""",
    "linkedin connections": """
        First Name > first_name | Last Name > last_name | URL > | Email Address > email
        Company > company | Position > job_title | Connected On >""",
    "zoho leads": """
        Record Id > | Lead Owner.id > | Lead Owner > | Company > company | First Name > first_name
        Last Name > last_name | Full Name > name | Designation > job_title | Email > email
        Secondary Email > | Phone > phone | Mobile > mobile | Fax > | Lead Source > | Lead Status >
        Created By > | Created Time > created_at | Modified Time > | Street > address | City > city
        State > state | Zip Code > postcode | Country > country | Tag > tags""",
    "pipedrive people": """
        Person - Name > name | Person - First name > first_name | Person - Last name > last_name
        Person - Email - Work > email | Person - Email - Home > | Person - Email - Other >
        Person - Phone - Work > phone | Person - Phone - Home > | Person - Phone - Mobile > mobile
        Person - Organization > company | Person - Marketing status >""",
    "facebook lead ads": """
        id > | created_time > created_at | ad_id > | ad_name > | adset_id > | adset_name >
        campaign_id > | campaign_name > | form_id > | form_name > | is_organic > | platform >
        full_name > name | email > email | phone_number > phone | company_name > company
        job_title > job_title | city > city | zip_code > postcode | lead_status >""",
    "google lead form": """
        FULL_NAME > name | FIRST_NAME > first_name | LAST_NAME > last_name | EMAIL > email
        PHONE_NUMBER > phone | POSTAL_CODE > postcode | COMPANY_NAME > company
        JOB_TITLE > job_title | lead_submit_time > created_at | gcl_id > | campaign_id >""",
    "badge scanner": """
        Badge ID > | Scan Date > scanned_at | First Name > first_name | Last Name > last_name
        Company > company | Job Title > job_title | Email Address > email | Telephone > phone
        Address 1 > address | Address 2 > | City > city | State/Province > state | Zip > postcode
        Country > country | Lead Notes > notes | Captured By > | Rating >""",
    "badge scanner, lead list": """
        First Name > first_name | Last Name > last_name | Email > email | Company Name > company
        Job title > job_title | Origin > | Country > country""",
    "german": """
        Anrede > | Titel > | Vorname > first_name | Name > last_name | Firma > company
        Funktion > job_title | E-Mail-Adresse > email | Telefon-Nr. > phone | Handynummer > mobile
        Straße und Hausnummer > address | PLZ > postcode | Ort > city | Land > country
        Bemerkungen > notes | Erfasst am > scanned_at | Geburtsdatum >""",
    "german, one name": """
        Vor- und Nachname > name | E-Mail > email | Unternehmen > company | Position > job_title
        Telefon geschäftlich > phone | Mobiltelefon > mobile | Bundesland > state""",
    "german, the name alone": "Name > name | E-Mail > email | Firma > company",
    "german, three names": "Name > name | Vorname > first_name | Nachname > last_name",
    "french": """
        Civilité > | Nom > last_name | Prénom > first_name | Société > company
        Fonction > job_title | Adresse e-mail > email | Téléphone > phone
        Téléphone portable > mobile
        Adresse > address | Code postal > postcode | Ville > city | Pays > country
        Commentaires > notes
        Date de création > created_at""",
    "french, what nobody knows": "Nom > | Courriel > email | Entreprise > company",
    "spanish": """
        Nombre > first_name | Apellidos > last_name | Correo electrónico > email | Teléfono > phone
        Móvil > mobile | Empresa > company | Cargo > job_title | Dirección > address
        Código postal > postcode | Ciudad > city | Provincia > state | País > country | Estado >""",
    "spanish, one name": "Nombre y apellidos > name | Correo > email",
    "spanish, what nobody knows": "Nombre > | Correo > email",
    "italian": """
        Nome > first_name | Cognome > last_name | Indirizzo e-mail > email | Telefono > phone
        Cellulare > mobile | Azienda > company | Ruolo > job_title | Indirizzo > address
        CAP > postcode | Città > city | Paese > country | Stato >""",
    "dutch": """
        Voornaam > first_name | Tussenvoegsel > | Achternaam > last_name | E-mailadres > email
        Telefoonnummer > phone | Mobiel > mobile | Bedrijf > company | Functie > job_title
        Adres > address | Postcode > postcode | Plaats > city | Land > country
        Opmerkingen > notes""",
    "dutch, the short names": "Voornaam > first_name | Naam > last_name | E-mail > email",
    "dutch, the name alone": "Naam > name | Bedrijfsnaam > company",
    "swedish": """
        Förnamn > first_name | Efternamn > last_name | E-postadress > email | Telefon > phone
        Mobilnummer > mobile | Företag > company | Befattning > job_title | Titel >
        Adress > address | Postnummer > postcode | Ort > city | Land > country""",
    "portuguese": """
        Nome > first_name | Sobrenome > last_name | E-mail > email | Telefone > phone
        Celular > mobile | Empresa > company | Cargo > job_title | Endereço > address
        CEP > postcode | Cidade > city | País > country""",
    "portuguese, of portugal": """
        Primeiro nome > first_name | Apelido > last_name | Correio eletrónico > email
        Telemóvel > mobile | Morada > address | Código postal > postcode""",
    "portuguese, what nobody knows": "Nome > | E-mail > email",
    "danish": """
        Fornavn > first_name | Efternavn > last_name | E-mail > email | Mobil > mobile
        Virksomhed > company | Stilling > job_title | Postnummer > postcode""",
    "norwegian": """
        Fornavn > first_name | Etternavn > last_name | E-postadresse > email | Bedrift > company""",
    "polish": """
        Imię > first_name | Nazwisko > last_name | Adres e-mail > email | Telefon > phone
        Stanowisko > job_title | Miasto > city | Kod pocztowy > postcode | Kraj > country""",
    "unaccented": "Prenom > first_name | Nom > last_name | Societe > company",
    "other people's columns": """
        Contact Owner Email > | Sales Rep > | Manager Name > | Referred By > | Event Name >
        Company Domain Name > | Fax Number > | Assistant Phone > | Email Opt In > | Email Status >
        Phone Type > | Secondary Email > | Alternate Email > | Emergency Contact >""",
}
PAIRS = {
    export: [
        (header.strip(), field.strip() or None)
        for entry in text.replace("\n", "|").split("|")
        if entry.strip()
        for header, _, field in [entry.rpartition(">")]
    ]
    for export, text in EXPORTS.items()
}


@pytest.mark.parametrize("export", PAIRS)
def test_every_column_of_an_export_is_the_field_it_is_and_no_other(export: str) -> None:
    """Under the general profile, from which the providers' come."""
    pairs = PAIRS[export]
    columns = resolve([header for header, _ in pairs], profiles.load())
    assert [(column.name, column.field) for column in columns] == pairs


@pytest.mark.parametrize("export", PAIRS)
def test_how_a_header_is_written_does_not_matter(export: str) -> None:
    """Capitals, blanks and punctuation are no part of a name."""
    pairs = PAIRS[export]
    written = [f" {header.upper().replace(' ', '_')} " for header, _ in pairs]
    columns = resolve(written, profiles.load())
    assert [column.field for column in columns] == [field for _, field in pairs]


@pytest.mark.parametrize("export", PAIRS)
@pytest.mark.parametrize("provider", [name for name in profiles.names() if name != "general"])
def test_a_provider_reads_the_same_but_where_it_takes_two_fields_as_one(
    export: str, provider: str
) -> None:
    """TextUs and TalkValue have one phone: a mobile is one."""
    profile = profiles.load(provider)
    for column, (_, field) in zip(
        resolve([header for header, _ in PAIRS[export]], profile), PAIRS[export], strict=False
    ):
        if field == "mobile" and "mobile" not in profile.fields:
            field = "phone"
        assert column.field == field, column.name
