"""Sends an outbound message with zeep, and prints whether it is acknowledged.

usage: outbound.py WSDL ADDRESS ORGANIZATION_ID
"""

import sys

import requests
from zeep import Client
from zeep.transports import Transport

OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
ENS = "{urn:sobject.enterprise.soap.sforce.com}"

wsdl, address, organization = sys.argv[1:]
session = requests.Session()
session.trust_env = False
client = Client(wsdl, transport=Transport(session=session))
service = client.create_service(OUTBOUND + "NotificationBinding", address)
account = client.get_type(ENS + "Account")
notification = client.get_type(OUTBOUND + "AccountNotification")
records = [
    account(Id="0015e0000000001AAA", Name="\u00c7elik & <Co>", AnnualRevenue=1.5e6),
    account(Id="0015e0000000002AAA", Name="Zed"),
]
print(
    service.notifications(
        OrganizationId=organization,
        ActionId="04k5e0000000001AAA",
        SessionId=None,
        EnterpriseUrl="https://localhost/c",
        PartnerUrl="https://localhost/u",
        Notification=[
            notification(Id=f"04l5e00000{number:05}AAA", sObject=record)
            for number, record in enumerate(records)
        ],
    )
)
