#include "reconciler/decision/service_settings.h"

namespace flotilla::decision {

std::vector<Notification> read_notifications(overrides::Fields& spec) {
  std::vector<Notification> all;
  spec.each("notifications", [&](const Json::Value& value, const overrides::Reading& reading) {
    Notification& one = all.emplace_back();
    overrides::Fields fields(value, reading);
    one.name = fields.required_text("name");
    one.type = fields.choice("type", {"slack", "webhook"}, "webhook");
    one.address = fields.text("address");
    one.address_from = fields.text("addressFrom");
    one.token_from = fields.text("tokenFrom");
    one.on = fields.texts("on");
    one.template_ = fields.text("template");
    one.clusters = fields.texts("clusters");
    fields.say_unknown();
  });
  return all;
}

std::optional<CommitStatus> read_commit_status(overrides::Fields& spec) {
  const Json::Value* written = spec.map("commitStatus");
  if (written == nullptr) return std::nullopt;
  CommitStatus status;
  overrides::Fields fields(*written, spec.at("commitStatus"));
  status.provider = fields.choice("provider", {"github", "gitlab", "gitea"}, "");
  status.address = fields.text("address");
  status.repository = fields.required_text("repository");
  status.token_from = fields.required_text("tokenFrom");
  if (const std::string context = fields.text("context"); !context.empty())
    status.context = context;
  status.target_url = fields.text("targetUrl");
  fields.say_unknown();
  return status;
}

}  // namespace flotilla::decision
