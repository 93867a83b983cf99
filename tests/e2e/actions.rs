//! Operations on records other than reading and writing: merge, lead conversion, e-mail and
//! approval. The responses are those of the SOAP API Developer Guide.

use saponify::salesforce::Id;
use saponify::transport::testing::Scripted;
use saponify::{Record, Session, json};

use crate::tenant::{
    Account, DuplicateError, Lead, LeadConvert, MassEmailMessage, MergeRequest, Name,
    ProcessSubmitRequest, ProcessWorkitemRequest, SingleEmailMessage, Soap, Task,
};

const A: &str = "0015e000000AcMeAAK";
const B: &str = "0015e000000BcMeAAK";

fn envelope(operation: &str, result: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='urn:enterprise.soap.sforce.com' xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
         xmlns:xsd='http://www.w3.org/2001/XMLSchema'><e:Body><{operation}Response>{result}\
         </{operation}Response></e:Body></e:Envelope>"
    )
}

/// A client of a service that gives one response.
fn answering(operation: &str, result: &str) -> (Soap, Scripted) {
    let script = Scripted::new().answer(envelope(operation, result));
    let session = Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap();
    let soap = Soap::builder()
        .transport(script.clone())
        .session(session)
        .unwrap();
    (soap, script)
}

fn sent(script: &Scripted) -> String {
    script.requests()[0].body().to_owned()
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

#[tokio::test]
async fn records_are_merged() {
    let (soap, script) = answering(
        "merge",
        &format!(
            "<result><id>{A}</id><mergedRecordIds>{B}</mergedRecordIds><success>true</success>\
             <updatedRelatedIds>0035e000000AcMeAAK</updatedRelatedIds></result>"
        ),
    );
    let request = MergeRequest {
        master_record: Account::new().with_id(id(A)).with_name("Kept").into(),
        record_to_merge_ids: vec![id(B)],
        ..Default::default()
    };
    let merged = soap.merge(&[request]).await.unwrap().remove(0);
    assert!(merged.success && merged.errors.is_empty());
    assert_eq!(
        (merged.id, merged.merged_record_ids),
        (Some(id(A)), vec![id(B)])
    );
    assert_eq!(merged.updated_related_ids[0].key_prefix(), "003");
    let body = sent(&script);
    assert!(
        body.contains("masterRecord xsi:type=\"ens:Account\""),
        "{body}"
    );
}

#[tokio::test]
async fn leads_are_converted() {
    let (soap, script) = answering(
        "convertLead",
        &format!(
            "<result><accountId>{A}</accountId><contactId xsi:nil='true'/><leadId>00Q5e000000AcMeEAK</leadId>\
             <opportunityId xsi:nil='true'/><success>false</success><errors xsi:type='DuplicateError'>\
             <message>twice</message><statusCode>DUPLICATES_DETECTED</statusCode><duplicateResult>\
             <allowSave>true</allowSave><duplicateRule>Leads</duplicateRule><duplicateRuleEntityType>Lead\
             </duplicateRuleEntityType><matchResults><entityType>Lead</entityType><matchEngine>Exact\
             </matchEngine><rule>Leads</rule><size>1</size><success>true</success><matchRecords><matchConfidence>99.5</matchConfidence><record xsi:type='sf:Lead'>\
             <sf:Id>00Q5e000000BcMeEAK</sf:Id><sf:Company>Acme</sf:Company></record></matchRecords></matchResults>\
             </duplicateResult></errors></result>"
        ),
    );
    let convert = LeadConvert {
        converted_status: "Closed".into(),
        lead_id: id("00Q5e000000AcMeEAK"),
        ..Default::default()
    };
    let result = soap.convert_lead(&[convert]).await.unwrap().remove(0);
    assert_eq!((result.account_id, result.contact_id), (Some(id(A)), None));
    assert!(!result.success);
    let duplicate = result.errors[0].derived.downcast_ref::<DuplicateError>();
    let duplicate = &duplicate.unwrap().duplicate_result;
    assert!(duplicate.allow_save);
    let found = &duplicate.match_results[0].match_records[0];
    assert_eq!(found.match_confidence, 99.5);
    let lead: Lead = found.record.cast().unwrap();
    assert_eq!(lead.company(), Some("Acme"));
    assert!(sent(&script).contains("convertedStatus>Closed<"));

    // The whole result survives JSON, with its derived error and the record inside the error.
    let mut text = Vec::new();
    json::write_structure(&result, &mut serde_json::Serializer::new(&mut text)).unwrap();
    let mut again = crate::tenant::LeadConvertResult::default();
    json::read_into(&mut again, &mut serde_json::Deserializer::from_slice(&text)).unwrap();
    assert_eq!(again, result);
    let tree: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let error = &tree["errors"][0];
    assert_eq!(error["attributes"]["type"], "DuplicateError");
    let record = &error["duplicateResult"]["matchResults"][0]["matchRecords"][0]["record"];
    assert_eq!(record["attributes"]["type"], "Lead");
    assert_eq!(record["Company"], "Acme");
}

#[tokio::test]
async fn mail_of_both_kinds_goes_in_one_call() {
    let (soap, script) = answering(
        "sendEmail",
        &format!(
            "<result><success>true</success></result><result><errors><fields>subject</fields>\
             <message>no</message><statusCode>INVALID_EMAIL_ADDRESS</statusCode><targetObjectId>{A}\
             </targetObjectId></errors><success>false</success></result>"
        ),
    );
    let single = SingleEmailMessage {
        subject: Some("Hi".into()),
        plain_text_body: Some("line\r\nnext\ttab".into()),
        ..Default::default()
    };
    let mass = MassEmailMessage {
        target_object_ids: vec![id(A)],
        template_id: id("00X5e000000AcMeEAK"),
        ..Default::default()
    };
    let results = soap
        .send_email(&[single.into(), mass.into()])
        .await
        .unwrap();
    assert!(results[0].success && !results[1].success);
    let error = &results[1].errors[0];
    assert_eq!(error.status_code.as_str(), "INVALID_EMAIL_ADDRESS");
    assert_eq!(
        (error.target_object_id, &*error.fields),
        (Some(id(A)), &["subject".to_owned()][..])
    );
    let body = sent(&script);
    for expected in [
        "messages xsi:type=\"tns:SingleEmailMessage\"",
        "messages xsi:type=\"tns:MassEmailMessage\"",
        // An XML reader turns a bare CR into a line feed, so CR must be a reference.
        "plainTextBody>line&#13;\nnext\ttab<",
    ] {
        assert!(body.contains(expected), "{expected}: {body}");
    }
}

#[tokio::test]
async fn approvals_are_submitted_and_answered() {
    let (soap, script) = answering(
        "process",
        &format!(
            "<result><actorIds>0055e000000AcMeAAK</actorIds><entityId>{A}</entityId>\
             <instanceId>04g5e000000AcMeAAK</instanceId><instanceStatus>Pending</instanceStatus>\
             <newWorkitemIds>04i5e000000AcMeAAK</newWorkitemIds><success>true</success></result>"
        ),
    );
    let submit = ProcessSubmitRequest {
        object_id: id(A),
        ..Default::default()
    };
    let approve = ProcessWorkitemRequest {
        action: "Approve".into(),
        workitem_id: id("04i5e000000AcMeAAK"),
        ..Default::default()
    };
    let results = soap
        .process(&[submit.into(), approve.into()])
        .await
        .unwrap();
    assert_eq!(results[0].instance_status.as_deref(), Some("Pending"));
    assert_eq!(results[0].new_workitem_ids[0].key_prefix(), "04i");
    assert_eq!(results[0].entity_id, Some(id(A)));
    let body = sent(&script);
    assert!(
        body.contains("actions xsi:type=\"tns:ProcessSubmitRequest\""),
        "{body}"
    );
    assert!(
        body.contains("actions xsi:type=\"tns:ProcessWorkitemRequest\""),
        "{body}"
    );
}

#[tokio::test]
async fn a_type_newer_than_the_code_is_read_changed_and_written_back() {
    let (soap, _) = answering(
        "query",
        &format!(
            "<result><done>true</done><queryLocator xsi:nil='true'/><records xsi:type='sf:Brand_New__c'>\
             <sf:Id>{A}</sf:Id><sf:Amount__c>1.50E3</sf:Amount__c><sf:Owner xsi:type='sf:Name'><sf:Name>Jo</sf:Name>\
             </sf:Owner></records><size>1</size></result>"
        ),
    );
    let mut rows = soap.records::<Record>("SELECT Id, Amount__c, Owner.Name FROM Brand_New__c");
    let mut record = rows.try_next().await.unwrap().unwrap();
    assert_eq!(record.type_name(), "Brand_New__c");
    let owner = record.field("Owner").unwrap().as_record().unwrap();
    assert_eq!(owner.cast::<Name>().unwrap().name(), Some("Jo"));
    record.set_text("Amount__c", "2.50").unwrap();
    let (soap, script) = answering("update", "<result><success>true</success></result>");
    soap.update(&[record]).await.unwrap();
    let body = sent(&script);
    assert!(
        body.contains(&format!(
            "xsi:type=\"ens:Brand_New__c\"><ens:Id>{A}</ens:Id><ens:Owner xsi:type=\"ens:Name\">\
             <ens:Name>Jo</ens:Name></ens:Owner><ens:Amount__c>2.50</ens:Amount__c>"
        )),
        "{body}"
    );
}

#[tokio::test]
async fn parents_of_any_type_are_read_whichever_the_schema_declares() {
    // The schema declared `Owner` as `ens:Name` in the past, and declares `ens:sObject` or
    // `ens:User` now. The response states the actual type.
    let (soap, _) = answering(
        "query",
        &format!(
            "<result><done>true</done><records xsi:type='sf:Task'><sf:Owner xsi:type='sf:User'>\
             <sf:Username>a@b.c</sf:Username></sf:Owner><sf:What xsi:type='sf:Account'><sf:Id>{A}</sf:Id>\
             <sf:Parent xsi:type='sf:Account'><sf:Name>up</sf:Name></sf:Parent></sf:What>\
             <sf:Who xsi:type='sf:Brand_New__c'><sf:Key__c>k</sf:Key__c></sf:Who></records><size>1</size></result>"
        ),
    );
    let mut rows = soap.records::<Task>("SELECT Owner.Username, What.Id, Who.Key__c FROM Task");
    let task = rows.try_next().await.unwrap().unwrap();
    let parent = |name| task.as_record().field(name).unwrap().as_record().unwrap();
    let owner: crate::tenant::User = parent("Owner").cast().unwrap();
    assert_eq!(owner.username(), Some("a@b.c"));
    let what: Account = task.what().unwrap().cast().unwrap();
    assert_eq!(what.parent().unwrap().name(), Some("up"));
    assert_eq!(parent("Who").type_name(), "Brand_New__c");
    assert_eq!(parent("Who").text("Key__c"), Some("k"));
}
