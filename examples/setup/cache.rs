//! What a cache between browsers and gateway may keep, and what it has to tell apart (contract R7).

use firstparty::config::Variable;

use crate::plan::Plan;

pub(crate) fn rules(plan: &Plan) -> Vec<String> {
    let path = &plan.integration_path;
    let agents =
        plan.variables.iter().filter(|(variable, _)| *variable == Variable::AgentDownloadPath);
    let v3: Vec<_> = agents.map(|(_, agent)| format!(", /{path}/{agent}")).collect();
    let v3 = v3.concat();
    vec![
        format!(
            "cache only GET and HEAD of /{path}/web/*{v3}, and no longer than cache-control says"
        ),
        "key: host, path, the whole query as it is, origin, accept-encoding".to_owned(),
        "all else passes by the cache, and so do answers with set-cookie and errors".to_owned(),
    ]
}
