#include "reconciler/decision/confirmation.h"

#include "reconciler/decision/settings_digest.h"
#include "render/catalog/choose.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

// "<id>" of "main@sha1:<id>" or "main@sha1:<id>-dirty".
std::string commit_of(const std::string& revision) {
  constexpr std::string_view mark = "@sha1:";
  const auto at = revision.rfind(mark);
  if (at == std::string::npos) return "";
  const std::string id = revision.substr(at + mark.size());
  return id.substr(0, id.find('-'));
}

bool has_template(const Decision& decision, const ObjectKey& key) {
  const auto found = decision.templates.lower_bound(key, catalog::stands_before);
  return found != decision.templates.end() && (*found)->key == key;
}

}  // namespace

void say_what_confirms_nothing(const FleetSettings& fleet,
                               const std::vector<Confirmation>& confirmations, Problems& problems) {
  for (const FleetSettings::Asked& asked : fleet.confirmations) {
    const auto known =
        std::find_if(confirmations.begin(), confirmations.end(),
                     [&](const Confirmation& one) { return one.text == asked.text; });
    if (known != confirmations.end() && known->is_commit()) continue;
    if (may_be_digest(asked.text)) continue;
    // Whoever has no history at hand cannot tell of a commit.
    if (known == confirmations.end() && may_be_commit(asked.text)) continue;
    problems.push_back(warning_at(
        "confirms-nothing", asked.where,
        "spec.confirmDeletions has \"" + asked.text +
            "\", which is no commit of this history, want the id of one (7 digits or more) or a "
            "digest as it is shown with held deletions"));
  }
}

std::string digest_of_cluster(const std::string& cluster) {
  return short_digest("cluster\n" + cluster);
}

bool confirms_cluster(const Confirmation& confirmation, const LeavingCluster& cluster) {
  if (names_digest(confirmation.text, cluster.digest)) return true;
  return confirmation.is_commit() && cluster.cluster.object != nullptr &&
         confirmation.files.contains(cluster.cluster.object->source.file);
}

bool is_older_than(const Confirmation& confirmation, const InventoryItem& item) {
  return !confirmation.commits.contains(commit_of(item.revision));
}

// A policy that is gone is no longer told from other files that are gone: what is no template's
// file, now or when it was applied, may have held one.
bool Confirmed::touched_settings(const Confirmation& confirmation) {
  if (!sources_) {
    sources_.emplace();
    for (const catalog::ObjectPtr& object : decision_.templates)
      sources_->insert(object->source.file);
    for (const auto& [key, item] : inventory_) sources_->insert(item.source);
  }
  return std::any_of(confirmation.files.begin(), confirmation.files.end(),
                     [&](const std::string& file) {
                       return catalog::is_chosen_by_name(file) && !sources_->contains(file);
                     });
}

bool Confirmed::by_commit(const InventoryItem& item) {
  return std::any_of(decision_.confirmations.begin(), decision_.confirmations.end(),
                     [&](const Confirmation& one) {
                       if (!one.is_commit() || !is_older_than(one, item)) return false;
                       if (one.files.contains(item.source)) return true;
                       return has_template(decision_, item.key) && touched_settings(one);
                     });
}

bool Confirmed::by_digest(const std::string& digest) const {
  return !digest.empty() &&
         std::any_of(decision_.confirmations.begin(), decision_.confirmations.end(),
                     [&](const Confirmation& one) { return names_digest(one.text, digest); });
}

}  // namespace flotilla::decision
