"""Uses a running sandbox through zeep, which knows nothing of it but its WSDL.

usage: check.py LOGIN_ENDPOINT WSDL CA_PEM

Every response is also validated against the schemas of the WSDL, with one known deviation: the
schema wants an Id in every row, the service leaves out what was not selected.
"""

import base64
import datetime
import decimal
import os
import sys
import tempfile

import requests
import zeep
from lxml import etree
from zeep.transports import Transport

TNS = "urn:enterprise.soap.sforce.com"
ENS = "urn:sobject.enterprise.soap.sforce.com"
FNS = "urn:fault.enterprise.soap.sforce.com"
XSD = "{http://www.w3.org/2001/XMLSchema}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


def schema_of(wsdl):
    """The schemas of the WSDL as one validator, each in a file of its own."""
    document = etree.parse(wsdl)
    folder = tempfile.mkdtemp()
    names = {TNS: "enterprise.xsd", ENS: "sobject.xsd", FNS: "fault.xsd"}
    for schema in document.iter(XSD + "schema"):
        for reference in schema.findall(XSD + "import"):
            reference.set("schemaLocation", names[reference.get("namespace")])
        name = names[schema.get("targetNamespace")]
        etree.ElementTree(schema).write(os.path.join(folder, name))
    with open(os.path.join(folder, "all.xsd"), "w", encoding="utf-8") as out:
        out.write('<schema xmlns="http://www.w3.org/2001/XMLSchema">')
        for namespace, name in names.items():
            out.write(f'<import namespace="{namespace}" schemaLocation="{name}"/>')
        out.write("</schema>")
    return etree.XMLSchema(etree.parse(os.path.join(folder, "all.xsd")))


def with_ids(part):
    """A copy in which every row has its Id, nil if need be."""
    copy = etree.fromstring(etree.tostring(part))
    for element in copy.iter():
        prefix, _, _ = (element.get(XSI + "type") or "").rpartition(":")
        is_row = prefix and element.nsmap.get(prefix) == ENS
        if is_row and (len(element) == 0 or element[0].tag != "{%s}Id" % ENS):
            element.insert(0, etree.Element("{%s}Id" % ENS, {XSI + "nil": "true"}))
    return copy


class Checked(Transport):
    """Validates what comes back."""

    def __init__(self, session, schema):
        super().__init__(session=session)
        self.schema = schema
        self.validated = 0

    def post_xml(self, address, envelope, headers):
        response = super().post_xml(address, envelope, headers)
        root = etree.fromstring(response.content)
        parts = list(root.find(SOAP + "Body"))
        header = root.find(SOAP + "Header")
        parts += list(header) if header is not None else []
        for part in parts:
            if part.tag == SOAP + "Fault":
                detail = part.find("detail")
                parts += list(detail) if detail is not None else []
                continue
            copy = with_ids(part)
            if not self.schema.validate(copy):
                raise SystemExit(f"{part.tag}: {self.schema.error_log}\n{etree.tostring(copy)[:2000]}")
            self.validated += 1
        return response


def main():
    endpoint, wsdl, authority = sys.argv[1:]
    http = requests.Session()
    # A bundle named by the environment would win over the authority.
    http.trust_env = False
    http.verify = authority
    transport = Checked(http, schema_of(wsdl))
    # Strict reading would stop at the missing ids; the validation above is strict enough.
    client = zeep.Client(wsdl, transport=transport, settings=zeep.Settings(strict=False))
    # The address in the WSDL is the real one.
    binding = "{%s}SoapBinding" % TNS
    service = client.create_service(binding, endpoint)

    try:
        service.login(username="integration@acme.example", password="wrong")
        raise SystemExit("a wrong password was taken")
    except zeep.exceptions.Fault as fault:
        assert fault.code.endswith("INVALID_LOGIN"), fault.code
        assert fault.detail[0].tag == "{%s}LoginFault" % FNS

    session = service.login(username="integration@acme.example", password="battery-staple")
    assert session.userInfo.organizationName == "Acme Instruments"
    service = client.create_service(binding, session.serverUrl)
    element = lambda name: client.get_element("{%s}%s" % (TNS, name))
    header = element("SessionHeader")(sessionId=session.sessionId)
    made = lambda name, **fields: client.get_type("{%s}%s" % (ENS, name))(**fields)

    def call(operation, *headers, **arguments):
        # Headers that are not sent have to be named all the same, or zeep asks for them.
        response = getattr(service, operation)(_soapheaders=[header, *headers], **arguments)
        assert response.header.LimitInfoHeader.limitInfo[0].type == "API REQUESTS"
        return response.body.result if response.body is not None else None

    now = call("getServerTimestamp").timestamp
    assert abs(now - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=5)

    # Every field of every object, as far as SOQL lets one select it.
    described = call("describeGlobal").sobjects
    assert len(described) >= 20
    total = 0
    for entry in described:
        fields = call("describeSObject", sObjectType=entry.name).fields
        names = [field.name for field in fields if field.type != "base64"]
        soql = f"SELECT {', '.join(names)} FROM {entry.name}"
        result = call("query", element("QueryOptions")(batchSize=500), queryString=soql)
        rows = 0
        while True:
            rows += len(result.records)
            if result.done:
                break
            result = call("queryMore", queryLocator=result.queryLocator)
        assert rows == result.size, (entry.name, rows, result.size)
        total += rows

    for soql in [
        "SELECT Id, Name, Owner.Profile.Name, (SELECT Id, LastName, Account.Name FROM Contacts) FROM Account",
        "SELECT Id, What.Name, What.Type, Who.Name FROM Task",
        "SELECT TYPEOF What WHEN Account THEN Name, Industry WHEN Case THEN CaseNumber ELSE Name END FROM Task",
        "SELECT Industry, COUNT(Id) n, AVG(AnnualRevenue), MIN(CreatedDate) FROM Account GROUP BY Industry",
        "SELECT Id, LogFile FROM EventLogFile WHERE Sequence >= 0",
        "SELECT COUNT() FROM Contact",
        "SELECT OldValue, NewValue, CreatedBy.Username FROM AccountHistory",
    ]:
        assert call("query", queryString=soql).size > 0, soql

    for soql, code in [("SELECT Foo FROM Account", "INVALID_FIELD"), ("SELECT FROM", "MALFORMED_QUERY"), ("SELECT Id FROM Foo", "INVALID_TYPE")]:
        try:
            call("query", queryString=soql)
            raise SystemExit(f"{soql} was taken")
        except zeep.exceptions.Fault as fault:
            assert fault.code.endswith(code), fault.code

    account = made(
        "Account",
        Name='Zeep & Söhne <1> "q"',
        AnnualRevenue=decimal.Decimal("1234567.5"),
        Legacy_Id__c="ZEEP-1",
        Description="line 1\nline 2\ttab",
    )
    invoice = made(
        "Invoice__c",
        Account__r=made("Account", Legacy_Id__c="ZEEP-1"),
        Due_Date__c=datetime.date(2026, 2, 28),
        Pickup_Time__c=datetime.time(8, 30),
        Paid_At__c=datetime.datetime(2026, 1, 1, 12, 0, tzinfo=datetime.timezone.utc),
        Approved__c=True,
        Barcode__c=2**53 + 1,
        Status__c="Sent",
    )
    lonely = made("Contact", FirstName="No last name")
    saved = call("create", sObjects=[account, invoice, lonely])
    assert [result.success for result in saved] == [True, True, False], saved
    assert saved[2].errors[0].statusCode == "REQUIRED_FIELD_MISSING"
    soql = "SELECT Account__r.Name, Barcode__c, Due_Date__c, Paid_At__c FROM Invoice__c WHERE Id = '%s'" % saved[1].id
    row = call("query", queryString=soql).records[0]
    assert row.Account__r.Name == 'Zeep & Söhne <1> "q"'
    assert (row.Barcode__c, row.Due_Date__c) == (2**53 + 1, datetime.date(2026, 2, 28))

    attachment = made("Attachment", Name="a.bin", ParentId=saved[0].id, Body=b"\x00\x01\xfe\xff")
    stored = call("create", sObjects=[attachment])[0]
    got = call("retrieve", fieldList="Id, Body", sObjectType="Attachment", ids=[stored.id])[0]
    body = got.Body if isinstance(got.Body, bytes) else base64.b64decode(got.Body)
    assert body == b"\x00\x01\xfe\xff", body

    change = made("Account", Id=saved[0].id, Name="Renamed", fieldsToNull=["Description"])
    assert call("update", sObjects=[change])[0].success
    again = made("Account", Legacy_Id__c="ZEEP-1", Phone="1")
    result = call("upsert", externalIDFieldName="Legacy_Id__c", sObjects=[again])[0]
    assert (result.created, result.id) == (False, saved[0].id)
    strict = element("AllOrNoneHeader")(allOrNone=True)
    both = call("create", strict, sObjects=[made("Lead", Company="C", LastName="L"), made("Lead", Company="C")])
    assert both[0].errors[0].statusCode == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    twin = call("create", sObjects=[made("Contact", LastName="Twin", Email="jamie@acme.example")])[0]
    assert type(twin.errors[0]).__name__ == "DuplicateError", twin
    assert call("delete", ids=[saved[1].id])[0].success
    assert call("undelete", ids=[saved[1].id])[0].success
    start = now - datetime.timedelta(hours=1)
    spans = {"sObjectType": "Account", "startDate": start, "endDate": now + datetime.timedelta(hours=1)}
    assert saved[0].id in call("getUpdated", **spans).ids
    call("getDeleted", **spans)
    call("search", searchString="FIND {Renamed} RETURNING Account(Id, Name)")
    call("getUserInfo")
    call("logout")
    print(f"zeep: {total} rows read, {transport.validated} responses valid")


if __name__ == "__main__":
    main()
