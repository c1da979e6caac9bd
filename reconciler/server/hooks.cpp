#include "reconciler/server/hooks.h"

#include "reconciler/server/authentic.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::server {
namespace {

constexpr std::size_t longest_ref = 1024;

// Signed by the HMAC of the body, its id in a header that is not signed: who replays it may change
// the id and not the body.
std::optional<Authentic> authentic_body(const Hook& hook, const Secrets& secrets,
                                        const std::string& signature, const std::string& id) {
  if (!is_signed(secrets, hook.body, signature)) return std::nullopt;
  Authentic result{{digest_key(hook, hook.body)}};
  if (!id.empty()) result.keys.push_back(id_key(hook, id));
  return result;
}

std::optional<Authentic> authentic(const Hook& hook, const Secrets& secrets, Deliveries::Time now) {
  constexpr std::string_view sha256 = "sha256=";
  switch (hook.kind) {
    case HookKind::github: {
      const std::string signature = header(hook, "x-hub-signature-256");
      if (!signature.starts_with(sha256)) return std::nullopt;
      return authentic_body(hook, secrets, signature.substr(sha256.size()),
                            header(hook, "x-github-delivery"));
    }
    case HookKind::gitea:
      return authentic_body(hook, secrets, header(hook, "x-gitea-signature"),
                            header(hook, "x-gitea-delivery"));
    case HookKind::gitlab:
      return authentic_gitlab(hook, secrets, now);
    case HookKind::generic:
      return authentic_generic(hook, secrets, now);
  }
  return std::nullopt;
}

// The value of "payload" in a form, as GitHub sends it if so asked.
std::string form_payload(std::string_view body) {
  constexpr std::string_view name = "payload=";
  for (const std::string& field : split(std::string(body), '&')) {
    if (!field.starts_with(name)) continue;
    std::string value;
    for (std::size_t i = name.size(); i < field.size(); ++i) {
      const auto byte = field[i] == '%' && i + 2 < field.size()
                            ? from_hex(std::string_view(field).substr(i + 1, 2))
                            : std::nullopt;
      value += byte ? *byte : std::string(1, field[i] == '+' ? ' ' : field[i]);
      if (byte) i += 2;
    }
    return value;
  }
  return {};
}

// Null if it is no JSON object. What sends the generic kind may well call any body a form, as curl
// does.
Json::Value payload(const Hook& hook) {
  const std::string type = lower(header(hook, "content-type"));
  const bool form =
      hook.kind != HookKind::generic && type.starts_with("application/x-www-form-urlencoded");
  const std::string text = form ? form_payload(hook.body) : std::string(hook.body);
  Result<Json::Value> value = parse_json_fast(text);
  return value && value->isObject() ? std::move(*value) : Json::Value();
}

bool is_ref(const std::string& text) {
  return text.starts_with("refs/") && text.size() <= longest_ref &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

bool is_commit(const std::string& text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos &&
         text.find_first_not_of('0') != std::string::npos;  // zeros: the ref is gone
}

Push push_of(const Json::Value& payload) {
  Push push{get_string(payload, "ref"), get_string(payload, "after")};
  if (push.commit.empty()) push.commit = get_string(payload, "commit");
  if (!is_ref(push.ref)) push.ref.clear();
  if (push.ref.empty() || !is_commit(push.commit)) push.commit.clear();
  return push;
}

bool is_push(const Hook& hook, const Json::Value& payload) {
  switch (hook.kind) {
    case HookKind::github:
      return header(hook, "x-github-event") == "push";
    case HookKind::gitea:
      return header(hook, "x-gitea-event") == "push";
    case HookKind::gitlab: {
      const std::string event = header(hook, "x-gitlab-event");
      if (event == "Push Hook" || event == "Tag Push Hook") return true;
      const std::string name = get_string(payload, "event_name");
      return event == "System Hook" && (name == "push" || name == "tag_push");
    }
    case HookKind::generic:
      return true;
  }
  return false;
}

bool is_replay(const Authentic& authentic, Deliveries::Time now, Deliveries& deliveries) {
  return std::any_of(authentic.keys.begin(), authentic.keys.end(),
                     [&](const std::string& key) { return deliveries.has(key, now); });
}

}  // namespace

std::string_view to_string(HookKind kind) {
  switch (kind) {
    case HookKind::github:
      return "github";
    case HookKind::gitlab:
      return "gitlab";
    case HookKind::gitea:
      return "gitea";
    case HookKind::generic:
      return "generic";
  }
  return "";
}

Verdict judge_hook(const Hook& hook, const Secrets& secrets, Deliveries::Time now,
                   const InterestIn& interest, Deliveries& deliveries) {
  const std::optional<Authentic> known = authentic(hook, secrets, now);
  if (!known) return {401, "signature does not fit", HookResult::refused, {}};
  if (hook.kind == HookKind::github && header(hook, "x-github-event") == "ping")
    return {200, "pong", HookResult::ignored, {}};
  const Json::Value content = payload(hook);
  if (!is_push(hook, content)) return {202, "ignored: no push", HookResult::ignored, {}};
  if (hook.kind == HookKind::generic && !trim(hook.body).empty() && !content.isObject())
    return {400, "the body is no JSON object", HookResult::malformed, {}};
  Push push = push_of(content);
  const Interest wanted = push.ref.empty() ? Interest::fetch : interest(push);
  if (wanted == Interest::not_followed) return {200, "not followed", HookResult::not_followed, {}};
  if (wanted == Interest::known) return {200, "known already", HookResult::known, {}};
  if (is_replay(*known, now, deliveries))
    return {200, "this delivery came before", HookResult::replayed, {}};
  for (const std::string& key : known->keys) deliveries.add(key, now);
  return {200, "accepted", HookResult::accepted, std::move(push)};
}

}  // namespace flotilla::server
