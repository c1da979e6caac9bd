#include "reconciler/decision/verification.h"

#include "render/document/tree.h"

namespace flotilla::decision {

Verification read_verification(overrides::Fields& spec) {
  Verification verification;
  const Json::Value* written = spec.map("verify");
  if (written == nullptr) return verification;
  overrides::Fields fields(*written, spec.at("verify"));
  verification.commits = fields.truth("commits");
  verification.tags = fields.truth("tags");
  verification.keys = fields.texts("keys");
  fields.say_unknown();
  return verification;
}

Result<std::optional<Verification>> verification_in(const catalog::Catalog& catalog) {
  std::optional<Verification> found;
  bool says_something = false;
  std::size_t count = 0;
  const ObjectKey first{"flotilla.dev", "Fleet", "", ""};
  for (auto it = catalog.settings.lower_bound(first, catalog::stands_before);
       it != catalog.settings.end() && (*it)->key.group_kind() == first.group_kind(); ++it) {
    const Object& fleet = **it;
    ++count;
    Problems problems;
    found = Verification{};
    const Json::Value* spec = find(fleet.tree, "spec");
    if (spec == nullptr || spec->isNull()) continue;
    overrides::Fields fields(*spec, {fleet.source.file, to_string(fleet.key), problems, "spec"});
    found = read_verification(fields);
    says_something = says_something || fields.any("verify") != nullptr;
    for (const Problem& problem : problems)
      if (problem.severity == Severity::error)
        return fail(Code::invalid, problem.message, problem.where);
  }
  if (count > 1 && says_something)
    return fail(Code::invalid,
                "there are several Fleets, and one has spec.verify; want one in a repository");
  return found;
}

}  // namespace flotilla::decision
