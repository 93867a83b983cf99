//! One or more calls of each operation, in which every argument and every field of it is set.

use saponify::Call;
use saponify::generated::OperationType;
use saponify::salesforce::Id;

use crate::tenant::*;

pub(super) const ID: &str = "0015e000000AcMeAAK";

/// The action of a test on each call.
pub(super) trait Visit {
    async fn call<O: OperationType>(&mut self, call: Call<O>);
}

pub(super) fn id() -> Id {
    ID.parse().unwrap()
}

/// The same client with every header that any operation accepts. Each header has all fields set.
pub(super) fn with_every_header(soap: &Soap) -> Soap {
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
    soap.with(AllOrNoneHeader { all_or_none: true })
        .with(AllowFieldTruncationHeader {
            allow_field_truncation: true,
        })
        .with(AssignmentRuleHeader {
            assignment_rule_id: Some(id()),
            use_default_rule: Some(false),
        })
        .with(DebuggingHeader {
            categories: vec![log],
            debug_level: DebugLevel::DebugOnly,
        })
        .with(DisableFeedTrackingHeader {
            disable_feed_tracking: true,
        })
        .with(DuplicateRuleHeader {
            allow_save: true,
            include_record_details: true,
            run_as_current_user: false,
        })
        .with(EmailHeader {
            trigger_auto_response_email: true,
            trigger_other_email: false,
            trigger_user_email: false,
        })
        .with(LocaleOptions {
            language: Some("de".into()),
            localize_errors: Some(true),
        })
        .with(LoginScopeHeader {
            organization_id: id(),
            portal_id: Some(id()),
        })
        .with(MruHeader { update_mru: true })
        .with(OwnerChangeOptions {
            options: vec![option],
        })
        .with(PackageVersionHeader {
            package_versions: vec![version],
        })
        .with(QueryOptions {
            batch_size: Some(200),
        })
        .with(StreamingEnabledHeader {
            streaming_enabled: false,
        })
        .with(UserTerritoryDeleteHeader {
            transfer_to_user_id: Some(id()),
        })
}

macro_rules! visit {
    ($visit:ident, $($call:expr),* $(,)?) => {
        $($visit.call($call).await;)*
    };
}

/// Makes every call.
pub(super) async fn every(soap: &Soap, visit: &mut impl Visit) {
    describes(soap, visit).await;
    layouts(soap, visit).await;
    rows(soap, visit).await;
    actions(soap, visit).await;
    emails(soap, visit).await;
    small_calls(soap, visit).await;
}

async fn describes(soap: &Soap, visit: &mut impl Visit) {
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
    visit!(
        visit,
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

async fn layouts(soap: &Soap, visit: &mut impl Visit) {
    let none: &[&str] = &[];
    visit!(
        visit,
        soap.describe_layout("Account", None, []),
        soap.describe_layout("Account", Some("Partner"), [id(), id()]),
        soap.describe_softphone_layout(),
        soap.describe_search_layouts(&["Account"]),
        soap.describe_searchable_entities(true),
        soap.describe_search_scope_order(None),
        soap.describe_search_scope_order(Some(true)),
        soap.describe_compact_layouts("Account", [id()]),
        soap.describe_path_assistants("Opportunity", None, []),
        soap.describe_path_assistants("Opportunity", Some("Closed Won"), [id()]),
        soap.describe_approval_layout("Account", none),
        soap.describe_approval_layout("Account", &["Discount"]),
        soap.describe_tabs(),
        soap.describe_all_tabs(),
        soap.describe_primary_compact_layouts(&["Account"]),
    );
}

async fn rows(soap: &Soap, visit: &mut impl Visit) {
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
    visit!(
        visit,
        soap.create(&[account()]),
        soap.update(&[account(), account()]),
        soap.upsert("Legacy_Id__c", &[account()]),
        soap.merge(&[merge]),
        soap.delete([id()]),
        soap.delete([]),
        soap.undelete([id()]),
        soap.empty_recycle_bin([id(), id()]),
        soap.retrieve("Id,Name", "Account", [id()]),
        soap.query("SELECT Id FROM Account WHERE Name < 'a & b'"),
        soap.query_all("SELECT Id FROM Account"),
        soap.query_more("01g000000000001AAA-2000"),
        soap.search("FIND {a < b & c} RETURNING Account"),
        soap.get_deleted("Account", now, now),
        soap.get_updated("Account", now, now),
        soap.delete_by_example(&[account()]),
        soap.find_duplicates(&[account()]),
        soap.find_duplicates_by_ids([id()]),
    );
}

async fn actions(soap: &Soap, visit: &mut impl Visit) {
    let submit = ProcessSubmitRequest {
        comments: Some("please".into()),
        next_approver_ids: vec![id()],
        object_id: id(),
        submitter_id: Some(id()),
        process_definition_name_or_id: Some("Discount".into()),
        skip_entry_criteria: Some(true),
    };
    let approve = ProcessWorkitemRequest {
        comments: Some("fine".into()),
        next_approver_ids: vec![id()],
        action: "Approve".into(),
        workitem_id: id(),
    };
    let other = ProcessRequest {
        comments: Some("for the base".into()),
        next_approver_ids: vec![id()],
        ..Default::default()
    };
    let account = || Some(Account::new().with_name("New").into());
    let convert = LeadConvert {
        account_id: Some(id()),
        account_record: account(),
        bypass_account_dedupe_check: Some(true),
        bypass_contact_dedupe_check: Some(false),
        contact_id: Some(id()),
        contact_record: Some(Contact::new().with_last_name("New").into()),
        converted_status: "Closed".into(),
        do_not_create_opportunity: false,
        lead_id: id(),
        opportunity_id: Some(id()),
        opportunity_name: Some("Deal".into()),
        opportunity_record: Some(Opportunity::new().with_name("Deal").into()),
        overwrite_lead_source: true,
        owner_id: Some(id()),
        related_person_account_id: Some(id()),
        related_person_account_record: account(),
        send_notification_email: true,
    };
    let quick = PerformQuickActionRequest {
        context_id: Some(id()),
        quick_action_name: "NewTask".into(),
        records: vec![Task::new().with_subject("Call").into()],
    };
    let list = ExecuteListViewRequest {
        developer_name_or_id: "AllAccounts".into(),
        limit: Some(10),
        offset: Some(20),
        order_by: vec![ListViewOrderBy {
            field_name_or_path: "Name".into(),
            nulls_position: Some(OrderByNullsPosition::Last),
            sort_direction: Some(OrderByDirection::Ascending),
        }],
        sobject_type: "Account".into(),
    };
    visit!(
        visit,
        soap.process(&[submit.into(), approve.into(), other]),
        soap.convert_lead(&[convert]),
        soap.perform_quick_actions(&[quick]),
        soap.execute_list_view(&list),
        soap.describe_quick_actions(&["NewTask"]),
        soap.describe_quick_actions_for_record_type(&["NewTask"], "Master"),
        soap.describe_available_quick_actions(None),
        soap.describe_available_quick_actions(Some("Account")),
        soap.retrieve_quick_action_templates(&["NewTask"], None),
        soap.retrieve_quick_action_templates(&["NewTask"], Some(id())),
        soap.retrieve_mass_quick_action_templates("NewTask", [id()]),
    );
}

async fn emails(soap: &Soap, visit: &mut impl Visit) {
    let plain = Email {
        bcc_sender: Some(true),
        email_priority: Some(EmailPriority::Low),
        reply_to: Some("a@acme.example".into()),
        save_as_activity: Some(false),
        sender_display_name: Some("Acme".into()),
        subject: Some("For the base".into()),
        use_signature: Some(true),
        ..Default::default()
    };
    let attachment = EmailFileAttachment {
        body: Some(vec![0, 159, 146, 150].into()),
        content_type: Some("application/octet-stream".into()),
        file_name: "noise.bin".into(),
        id: Some(id()),
        inline: Some(false),
    };
    let single = SingleEmailMessage {
        bcc_sender: Some(true),
        email_priority: Some(EmailPriority::High),
        reply_to: Some("a@acme.example".into()),
        save_as_activity: Some(false),
        sender_display_name: Some("Acme".into()),
        subject: Some("Greetings & more".into()),
        use_signature: Some(true),
        bcc_addresses: vec!["a@acme.example".into(), "b@acme.example".into()],
        cc_addresses: vec!["c@acme.example".into()],
        charset: Some("UTF-8".into()),
        document_attachments: vec![id()],
        entity_attachments: vec![id(), id()],
        file_attachments: vec![attachment],
        html_body: Some("<p>Hi</p>".into()),
        in_reply_to: Some("<1@acme.example>".into()),
        one_click_post: Some(true),
        opt_out_policy: Some(SendEmailOptOutPolicy::Filter),
        org_wide_email_address_id: Some(id()),
        plain_text_body: Some("Hi".into()),
        references: Some("<1@acme.example>".into()),
        target_object_id: Some(id()),
        template_id: Some(id()),
        template_name: Some("Welcome".into()),
        to_addresses: vec!["d@acme.example".into()],
        treat_bodies_as_template: Some(true),
        treat_target_object_as_recipient: Some(false),
        unsubscribe_comment: Some("stop".into()),
        unsubscribe_urls: vec!["https://acme.example/stop".into()],
        what_id: Some(id()),
    };
    let mass = MassEmailMessage {
        bcc_sender: Some(false),
        email_priority: Some(EmailPriority::Lowest),
        reply_to: Some("a@acme.example".into()),
        save_as_activity: Some(true),
        sender_display_name: Some("Acme".into()),
        subject: Some("News".into()),
        use_signature: Some(false),
        description: Some("Spring".into()),
        target_object_ids: vec![id()],
        template_id: id(),
        what_ids: vec![id()],
    };
    let render = RenderEmailTemplateRequest {
        escape_html_in_merge_fields: Some(true),
        template_bodies: vec!["{!Account.Name}".into()],
        what_id: Some(id()),
        who_id: Some(id()),
    };
    let stored = RenderStoredEmailTemplateRequest {
        attachment_retrieval_option: Some(AttachmentRetrievalOption::MetadataWithBody),
        template_id: id(),
        update_template_usage: Some(true),
        what_id: Some(id()),
        who_id: Some(id()),
    };
    visit!(
        visit,
        soap.send_email_message([id()]),
        soap.send_email(&[single.into(), mass.into(), plain]),
        soap.render_email_template(&[render]),
        soap.render_stored_email_template(&stored),
    );
}

async fn small_calls(soap: &Soap, visit: &mut impl Visit) {
    visit!(
        visit,
        soap.login_request("user@acme.example", "pass & word"),
        soap.logout(),
        soap.invalidate_sessions(&["00D!y"]),
        soap.get_server_timestamp(),
        soap.get_user_info(),
        soap.set_password(id(), "s3cret"),
        soap.change_own_password("old", "new"),
        soap.reset_password(id()),
    );
}
