//! Injected faults: each exists, has the described flaw, and is injected into the selected calls.

mod choice;
mod content;
mod paging;
mod raw;
mod reply;
mod sessions;
mod wire;

pub(crate) const NOW: &str = "<t:getServerTimestamp/>";
pub(crate) const CREATE: &str = "<t:create><t:sObjects xsi:type=\"e:Lead\"><e:Company>C</e:Company>\
    <e:LastName>Once</e:LastName></t:sObjects></t:create>";
