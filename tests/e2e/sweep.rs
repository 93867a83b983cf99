//! Every operation, every header and every object of the WSDL, once each, past the validators.

use std::collections::BTreeSet;

use saponify::schema::Kind;
use saponify::transport::testing::{Answer, Scripted};
use saponify::{Id, Record, Session, View};

use crate::support::WSDL;
use crate::support::recorder::Recorder;
use crate::tenant::*;

const FAULT: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
    <e:Fault><faultcode>NO</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>";

const ID: &str = "0015e000000AcMeAAK";

/// A client of a service that refuses everything.
fn refusing() -> (Soap, Recorder) {
    let service = Scripted::new().otherwise(|_| Answer::new(500, "text/xml", FAULT));
    let requests = Recorder::new(service);
    let session = Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap();
    let soap = Soap::builder()
        .transport(requests.clone())
        .session(session)
        .unwrap();
    (soap, requests)
}

fn id() -> Id {
    ID.parse().unwrap()
}

/// What the WSDL declares in its port type.
fn declared() -> BTreeSet<String> {
    let wsdl = std::fs::read_to_string(WSDL).unwrap();
    let (_, port) = wsdl.split_once("<portType").unwrap();
    let (port, _) = port.split_once("</portType>").unwrap();
    let names = port.split("<operation name=\"").skip(1);
    names
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

macro_rules! refused {
    ($($call:expr),* $(,)?) => {
        $({
            let error = $call.await.unwrap_err();
            assert_eq!(error.fault().map(|fault| fault.code()), Some("NO"), "{error}");
        })*
    };
}

#[tokio::test]
async fn every_operation_sends_what_its_schema_wants() {
    let (soap, requests) = refusing();
    describes(&soap).await;
    layouts(&soap).await;
    rows(&soap).await;
    actions(&soap).await;
    small_calls(&soap).await;
    let swept: BTreeSet<String> = requests
        .sent()
        .into_iter()
        .map(|sent| sent.operation.to_owned())
        .collect();
    assert_eq!(swept, declared());
}

async fn describes(soap: &Soap) {
    let pair = DataCategoryGroupSobjectTypePair {
        data_category_group_name: "Regions".into(),
        sobject: "KnowledgeArticleVersion".into(),
    };
    let view = DescribeSoqlListViewParams {
        developer_name_or_id: "AllAccounts".into(),
        sobject_type: Some("Account".into()),
    };
    let views = DescribeSoqlListViewsRequest {
        list_view_params: vec![view.clone(), view],
    };
    refused!(
        soap.describe_s_object("Account"),
        soap.describe_s_objects(&["Account", "Contact"]),
        soap.describe_s_objects(&[] as &[&str]),
        soap.describe_global(),
        soap.describe_data_category_groups(&["Case"]),
        soap.describe_data_category_group_structures(&[pair], true),
        soap.describe_data_category_mappings(),
        soap.describe_knowledge_settings(),
        soap.describe_app_menu(&AppMenuType::AppSwitcher, None),
        soap.describe_app_menu(&AppMenuType::NetworkTabs, Some(id())),
        soap.describe_global_theme(),
        soap.describe_theme(&["Account"]),
        soap.describe_soql_list_views(&views),
        soap.describe_s_object_list_views("Account", false, &ListViewIsSoqlCompatible::All, 10, 0),
        soap.describe_nouns(&["Account"], false, true),
        soap.describe_visual_force(true, None),
        soap.describe_visual_force(false, Some("nwt")),
    );
}

async fn layouts(soap: &Soap) {
    let none: &[&str] = &[];
    refused!(
        soap.describe_layout("Account", None, &[]),
        soap.describe_layout("Account", Some("Partner"), &[id(), id()]),
        soap.describe_softphone_layout(),
        soap.describe_search_layouts(&["Account"]),
        soap.describe_searchable_entities(true),
        soap.describe_search_scope_order(None),
        soap.describe_search_scope_order(Some(true)),
        soap.describe_compact_layouts("Account", &[id()]),
        soap.describe_path_assistants("Opportunity", None, &[]),
        soap.describe_path_assistants("Opportunity", Some("Closed Won"), &[id()]),
        soap.describe_approval_layout("Account", none),
        soap.describe_tabs(),
        soap.describe_all_tabs(),
        soap.describe_primary_compact_layouts(&["Account"]),
    );
}

async fn rows(soap: &Soap) {
    let account = || Account::new().with_id(id()).with_name("A & B");
    let merge = MergeRequest {
        additional_information_map: vec![AdditionalInformationMap {
            name: "why".into(),
            value: "twice".into(),
        }],
        master_record: account().into(),
        record_to_merge_ids: vec![id(), id()],
    };
    let now = jiff::Timestamp::from_second(1_768_000_000).unwrap();
    refused!(
        soap.create(&[account()]),
        soap.update(&[account(), account()]),
        soap.upsert("Legacy_Id__c", &[account()]),
        soap.merge(&[merge]),
        soap.delete(&[id()]),
        soap.delete(&[]),
        soap.undelete(&[id()]),
        soap.empty_recycle_bin(&[id(), id()]),
        soap.retrieve("Id,Name", "Account", &[id()]),
        soap.query("SELECT Id FROM Account WHERE Name < 'a & b'"),
        soap.query_all("SELECT Id FROM Account"),
        soap.query_more("01g000000000001AAA-2000"),
        soap.search("FIND {a < b & c} RETURNING Account"),
        soap.get_deleted("Account", now, now),
        soap.get_updated("Account", now, now),
        soap.delete_by_example(&[account()]),
        soap.find_duplicates(&[account()]),
        soap.find_duplicates_by_ids(&[id()]),
    );
}

async fn actions(soap: &Soap) {
    let submit = ProcessSubmitRequest {
        comments: Some("please".into()),
        next_approver_ids: vec![id()],
        object_id: id(),
        submitter_id: Some(id()),
        process_definition_name_or_id: None,
        skip_entry_criteria: Some(true),
    };
    let approve = ProcessWorkitemRequest {
        action: "Approve".into(),
        workitem_id: id(),
        ..Default::default()
    };
    let convert = LeadConvert {
        account_record: Some(Account::new().with_name("New").into()),
        converted_status: "Closed".into(),
        lead_id: id(),
        opportunity_name: Some("Deal".into()),
        ..Default::default()
    };
    let quick = PerformQuickActionRequest {
        context_id: Some(id()),
        quick_action_name: "NewTask".into(),
        records: vec![Task::new().with_subject("Call").into()],
    };
    let list = ExecuteListViewRequest {
        developer_name_or_id: "AllAccounts".into(),
        limit: Some(10),
        offset: None,
        order_by: vec![ListViewOrderBy {
            field_name_or_path: "Name".into(),
            nulls_position: Some(OrderByNullsPosition::Last),
            sort_direction: Some(OrderByDirection::Ascending),
        }],
        sobject_type: "Account".into(),
    };
    refused!(
        soap.process(&[submit.into(), approve.into()]),
        soap.convert_lead(&[convert]),
        soap.perform_quick_actions(&[quick]),
        soap.execute_list_view(&list),
        soap.describe_quick_actions(&["NewTask"]),
        soap.describe_quick_actions_for_record_type(&["NewTask"], "Master"),
        soap.describe_available_quick_actions(None),
        soap.describe_available_quick_actions(Some("Account")),
        soap.retrieve_quick_action_templates(&["NewTask"], None),
        soap.retrieve_mass_quick_action_templates("NewTask", &[id()]),
    );
}

async fn small_calls(soap: &Soap) {
    let single = SingleEmailMessage {
        email_priority: Some(EmailPriority::High),
        subject: Some("Greetings & more".into()),
        bcc_addresses: vec!["a@acme.example".into(), "b@acme.example".into()],
        file_attachments: vec![EmailFileAttachment {
            body: Some(vec![0, 159, 146, 150].into()),
            file_name: "noise.bin".into(),
            ..Default::default()
        }],
        html_body: Some("<p>Hi</p>".into()),
        opt_out_policy: Some(SendEmailOptOutPolicy::Filter),
        target_object_id: Some(id()),
        ..Default::default()
    };
    let mass = MassEmailMessage {
        target_object_ids: vec![id()],
        template_id: id(),
        ..Default::default()
    };
    let render = RenderEmailTemplateRequest {
        template_bodies: vec!["{!Account.Name}".into()],
        what_id: Some(id()),
        ..Default::default()
    };
    let stored = RenderStoredEmailTemplateRequest {
        template_id: id(),
        ..Default::default()
    };
    refused!(
        soap.login_request("user@acme.example", "pass & word"),
        soap.logout(),
        soap.invalidate_sessions(&["00D!y"]),
        soap.get_server_timestamp(),
        soap.get_user_info(),
        soap.set_password(id(), "s3cret"),
        soap.change_own_password("old", "new"),
        soap.reset_password(id()),
        soap.send_email_message(&[id()]),
        soap.send_email(&[single.into(), mass.into()]),
        soap.render_email_template(&[render]),
        soap.render_stored_email_template(&stored),
    );
}

#[tokio::test]
async fn every_header_is_what_its_schema_wants() {
    let (soap, requests) = refusing();
    let account = [Account::new().with_name("A")];
    let option = OwnerChangeOption {
        r#type: OwnerChangeOptionType::TransferOpenActivities,
        execute: true,
    };
    let version = PackageVersion {
        major_number: 3,
        minor_number: 14,
        namespace: "nwt".into(),
        package_id: "0334x0000000000AAA".into(),
    };
    let log = LogInfo {
        category: LogCategory::Db,
        level: LogCategoryLevel::Finest,
    };
    refused!(
        soap.update(&account)
            .header(AllOrNoneHeader { all_or_none: true })
            .header(AllowFieldTruncationHeader {
                allow_field_truncation: true
            })
            .header(AssignmentRuleHeader {
                assignment_rule_id: Some(id()),
                use_default_rule: None
            })
            .header(DebuggingHeader {
                categories: vec![log],
                debug_level: DebugLevel::DebugOnly
            })
            .header(DisableFeedTrackingHeader {
                disable_feed_tracking: true
            })
            .header(DuplicateRuleHeader {
                allow_save: true,
                include_record_details: true,
                run_as_current_user: false,
            })
            .header(EmailHeader {
                trigger_auto_response_email: true,
                trigger_other_email: false,
                trigger_user_email: false,
            })
            .header(LocaleOptions {
                language: Some("de".into()),
                localize_errors: Some(true)
            })
            .header(MruHeader { update_mru: true })
            .header(OwnerChangeOptions {
                options: vec![option]
            })
            .header(PackageVersionHeader {
                package_versions: vec![version]
            })
            .header(StreamingEnabledHeader {
                streaming_enabled: false
            }),
        soap.create(&account).header(AssignmentRuleHeader {
            assignment_rule_id: None,
            use_default_rule: Some(true)
        }),
        soap.delete(&[id()]).header(UserTerritoryDeleteHeader {
            transfer_to_user_id: None
        }),
        soap.query("SELECT Id FROM Account").header(QueryOptions {
            batch_size: Some(200)
        }),
        soap.login_request("user@acme.example", "x")
            .header(LoginScopeHeader {
                organization_id: id(),
                portal_id: Some(id())
            }),
        // A session of the caller's own replaces that of the client.
        soap.get_user_info().header(SessionHeader {
            session_id: "00D!other".into()
        }),
    );
    let last = requests.sent().pop().unwrap().body;
    assert_eq!(last.matches("sessionId>").count(), 2, "{last}");
    assert!(last.contains("00D!other"), "{last}");
}

/// A value that fits a kind, in the form that XML Schema calls canonical or in another.
fn plausible(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::String => "a < b & \"c\"",
        Kind::Boolean => "true",
        Kind::Int => "-2147483648",
        Kind::Long => "9223372036854775807",
        Kind::Double => "1.0E-7",
        Kind::DateTime => "2026-02-28T23:59:59.999Z",
        Kind::Date => "2024-02-29",
        Kind::Time => "08:30:00.000Z",
        Kind::Id => ID,
        Kind::Base64 => "AJ+Slg==",
        Kind::Any => "anything",
        _ => return None,
    })
}

fn full<V: View>(objects: &mut Vec<Record>) {
    let mut record = Record::new(V::TABLE);
    for field in V::TABLE.fields {
        if let Some(value) = plausible(field.kind) {
            record.set_text(field.name, value).unwrap();
        }
    }
    objects.push(record);
}

#[tokio::test]
async fn every_field_of_every_object_is_what_its_schema_wants() {
    let mut objects = Vec::new();
    macro_rules! full {
        ($($object:ty),* $(,)?) => { $(full::<$object>(&mut objects);)* };
    }
    full!(
        Account,
        AccountHistory,
        AggregateResult,
        Attachment,
        Case,
        Contact,
        EventLogFile,
        Invoice_Line__c,
        Invoice__c,
        Lead,
        LoginGeo,
        LoginHistory,
        Name,
        Opportunity,
        Organization,
        Profile,
        SetupAuditTrail,
        Task,
        User,
        UserRole,
        WhitelistedZipcodes__c,
        Whitelisted_Zipcodes__c,
    );
    let wsdl = std::fs::read_to_string(WSDL).unwrap();
    assert_eq!(objects.len(), wsdl.matches("base=\"ens:sObject\"").count());
    let (soap, requests) = refusing();
    for object in objects {
        refused!(soap.create(&[object]));
    }
    let invoice = Invoice__c::new()
        .with(
            Invoice__c::DELIVERY__C,
            Address {
                city: Some("Žilina".into()),
                ..Default::default()
            },
        )
        .with(
            Invoice__c::SITE__C,
            Location {
                latitude: Some(-0.5),
                longitude: None,
                ..Default::default()
            },
        );
    refused!(soap.create(&[invoice]));
    assert_eq!(requests.bodies("create").len(), 23);
}
