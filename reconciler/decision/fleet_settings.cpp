#include "reconciler/decision/fleet_settings.h"

#include "render/base/text.h"
#include "render/document/pointer.h"

#include <algorithm>
#include <array>

namespace flotilla::decision {

namespace {

using overrides::Fields;
using overrides::Reading;

constexpr std::string_view digest_prefix = "sha256:";
constexpr std::size_t digest_digits = 12;
constexpr std::size_t fewest_digits = 7;
constexpr std::size_t commit_digits = 40;
constexpr std::int64_t hundred_percent = 100;

// `*` stands for any letters, also for none.
bool matches_glob(std::string_view glob, std::string_view text) {
  std::size_t at = 0;
  std::size_t in_text = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (in_text < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      after_star = in_text;
    } else if (at < glob.size() && glob[at] == text[in_text]) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_text = ++after_star;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string_view::npos;
}

bool fits(const std::string& glob, const std::string& text) {
  return glob.empty() || matches_glob(glob, text);
}

bool is_hex(std::string_view text, std::size_t most) {
  return text.size() >= fewest_digits && text.size() <= most &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view digits_of(std::string_view text) {
  if (text.starts_with(digest_prefix)) text.remove_prefix(digest_prefix.size());
  return text;
}

manifest::Drift read_drift(Fields& spec) {
  const std::string word = spec.choice("drift", {"Correct", "Report", "Ignore"}, "Correct");
  if (word == "Report") return manifest::Drift::report;
  return word == "Ignore" ? manifest::Drift::ignore : manifest::Drift::correct;
}

Guard read_guard(Fields& spec) {
  Guard guard;
  const Json::Value* written = spec.map("deletionGuard");
  if (written == nullptr) return guard;
  Fields fields(*written, spec.at("deletionGuard"));
  guard.count = fields.whole("count", 0).value_or(guard.count);
  guard.percent = fields.whole("percent", 0, hundred_percent).value_or(guard.percent);
  fields.say_unknown();
  return guard;
}

IgnoreRule read_rule(const Json::Value& value, const Reading& reading) {
  IgnoreRule rule;
  Fields fields(value, reading);
  rule.group = fields.text("group");
  rule.kind = fields.required_text("kind");
  rule.namespace_ = fields.text("namespace");
  rule.name = fields.text("name");
  rule.clusters = fields.texts("clusters");
  fields.each("jsonPointers", [&](const Json::Value& entry, const Reading& below) {
    if (!entry.isString()) return below.error(entry, "wrong-type", "is no text");
    const std::string fault = pointer_fault(entry.asString());
    if (!fault.empty()) return below.error(entry, "invalid-value", fault);
    rule.pointers.push_back(entry.asString());
  });
  const Json::Value* pointers = find(value, "jsonPointers");
  if (value.isObject() && (pointers == nullptr || pointers->isNull() || pointers->empty()))
    fields.at("jsonPointers").error(value, "missing-field", "is missing, want a list of pointers");
  fields.say_unknown();
  return rule;
}

std::vector<FleetSettings::Asked> read_confirmations(Fields& spec) {
  std::vector<FleetSettings::Asked> asked;
  const Reading reading = spec.at("confirmDeletions");
  const Json::Value* written = spec.any("confirmDeletions");
  if (written == nullptr) return asked;
  if (written->isString()) {
    asked.push_back({written->asString(), at(*written, reading.file)});
  } else if (written->isArray()) {
    spec.each("confirmDeletions", [&](const Json::Value& entry, const Reading& below) {
      if (entry.isString())
        asked.push_back({entry.asString(), at(entry, below.file)});
      else
        below.error(entry, "wrong-type",
                    "is " + std::string(type_name(entry)) + ", want a text (quote it)");
    });
  } else {
    reading.error(*written, "wrong-type",
                  "is " + std::string(type_name(*written)) +
                      ", want a commit id, a digest, or a list of them (quote it)");
  }
  return asked;
}

}  // namespace

bool IgnoreRule::concerns(const ObjectKey& key) const {
  return fits(group, key.group) && fits(kind, key.kind) && fits(namespace_, key.namespace_) &&
         fits(name, key.name);
}

bool IgnoreRule::reaches(const std::string& cluster) const {
  return clusters.empty() || std::find(clusters.begin(), clusters.end(), cluster) != clusters.end();
}

FleetSettings read_fleet_settings(Fields& spec) {
  FleetSettings settings;
  settings.drift = read_drift(spec);
  settings.guard = read_guard(spec);
  settings.confirmations = read_confirmations(spec);
  spec.each("ignoreDifferences", [&](const Json::Value& value, const Reading& reading) {
    settings.ignore.push_back(read_rule(value, reading));
  });
  return settings;
}

bool may_be_commit(std::string_view text) { return is_hex(text, commit_digits); }

bool may_be_digest(std::string_view text) { return is_hex(digits_of(text), digest_digits); }

bool names_digest(std::string_view text, std::string_view digest) {
  return may_be_digest(text) && digits_of(digest).starts_with(digits_of(text));
}

std::string pointer_fault(std::string_view pointer) {
  // What Flotilla finds its objects by is not to be given away.
  constexpr std::array<std::string_view, 7> ours = {"/apiVersion",
                                                    "/kind",
                                                    "/metadata",
                                                    "/metadata/name",
                                                    "/metadata/namespace",
                                                    "/metadata/labels",
                                                    "/metadata/annotations"};
  const std::string shown = "is \"" + std::string(pointer) + "\", want ";
  if (pointer.empty() || !parse_pointer(pointer))
    return shown + "a JSON pointer such as /spec/replicas";
  if (std::find(ours.begin(), ours.end(), pointer) != ours.end())
    return shown + "a field that does not say which object it is (of labels and annotations, one)";
  return "";
}

std::vector<std::string> confirmations_in(const catalog::Catalog& catalog) {
  std::vector<std::string> texts;
  const ObjectKey first{"flotilla.dev", "Fleet", "", ""};
  for (auto it = catalog.settings.lower_bound(first, catalog::stands_before);
       it != catalog.settings.end() && (*it)->key.group_kind() == first.group_kind(); ++it) {
    const Json::Value* written = find_path((*it)->tree, {"spec", "confirmDeletions"});
    if (written == nullptr) continue;
    if (written->isString()) texts.push_back(written->asString());
    if (!written->isArray()) continue;
    for (const Json::Value& entry : *written)
      if (entry.isString()) texts.push_back(entry.asString());
  }
  return texts;
}

}  // namespace flotilla::decision
