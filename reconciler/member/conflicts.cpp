#include "reconciler/member/conflicts.h"

#include "render/base/text.h"
#include "render/manifest/ownership.h"

#include <algorithm>
#include <map>

namespace flotilla::member {
namespace {

constexpr std::size_t most_paths = 5;

// How API servers say that a field can never change (validation of each kind, CEL rules).
constexpr std::string_view immutable_words[] = {
    "is immutable",
    "immutable field",
    "Forbidden: updates to ",  // of a StatefulSet's spec, of a StorageClass
    "Forbidden: pod updates may not change fields other than",
    "may not change once set",
    "cannot change roleRef",
};

bool says_immutable(const kube::ApiError::Cause& cause) {
  return std::ranges::any_of(immutable_words, [&](std::string_view words) {
    return cause.message.find(words) != std::string::npos;
  });
}

// `conflict with "NAME" with subresource "scale" using apps/v1 at TIME`; an Apply has no "using".
Opponent opponent_of(const kube::ApiError::Cause& cause) {
  Opponent opponent;
  opponent.path = cause.field;
  static constexpr std::string_view head = "conflict with \"";
  static constexpr std::string_view scope = " with subresource \"";
  const std::string_view text = cause.message;
  if (!text.starts_with(head)) return opponent;
  std::size_t at = head.size();
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    opponent.manager += text[at];
  }
  std::string_view rest = text.substr(std::min(at + 1, text.size()));
  if (rest.starts_with(scope)) {
    rest.remove_prefix(scope.size());
    const auto end = rest.find('"');
    opponent.subresource = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  opponent.applies = !rest.starts_with(" using ");
  return opponent;
}

std::string paths_text(const std::vector<std::string>& paths) {
  if (paths.size() <= most_paths) return join(paths, ", ");
  const std::vector<std::string> first(paths.begin(), paths.begin() + most_paths);
  return join(first, ", ") + " and " + std::to_string(paths.size() - most_paths) + " more";
}

}  // namespace

bool Opponent::is_claim() const { return applies && !manifest::is_kubectl(manager); }

std::vector<Opponent> opponents_of(const kube::ApiError& error) {
  std::vector<Opponent> opponents;
  if (error.status != 409) return opponents;
  for (const kube::ApiError::Cause& cause : error.causes)
    if (cause.reason == "FieldManagerConflict") opponents.push_back(opponent_of(cause));
  return opponents;
}

bool has_scaled(const std::vector<Opponent>& opponents) {
  return std::ranges::any_of(opponents, [](const Opponent& opponent) {
    return opponent.subresource == "scale" && !manifest::is_kubectl(opponent.manager);
  });
}

bool has_claims(const std::vector<Opponent>& opponents) {
  return std::ranges::any_of(opponents, &Opponent::is_claim);
}

std::string conflict_text(const std::vector<Opponent>& opponents) {
  const bool claimed = has_claims(opponents);
  std::map<std::string, std::vector<std::string>> paths;
  for (const Opponent& opponent : opponents) {
    if (opponent.is_claim() != claimed) continue;
    std::string who = opponent.manager.empty() ? "unknown" : '"' + opponent.manager + '"';
    who += opponent.applies ? " (Apply)" : " (Update)";
    paths[who].push_back(opponent.path);
  }
  std::vector<std::string> parts;
  for (const auto& [who, fields] : paths) parts.push_back(who + ": " + paths_text(fields));
  return "conflict with field manager " + join(parts, ", and with ");
}

bool is_immutable(const kube::ApiError& error) {
  return error.status == 422 && !error.causes.empty() &&
         std::ranges::all_of(error.causes, says_immutable);
}

std::string immutable_text(const kube::ApiError& error) {
  std::vector<std::string> parts;
  for (const kube::ApiError::Cause& cause : error.causes) {
    static constexpr std::string_view forbidden = "Forbidden: ";
    std::string_view words = cause.message;
    if (words.starts_with(forbidden)) {
      words.remove_prefix(forbidden.size());
    } else if (const auto value_end = words.rfind(": "); value_end != std::string_view::npos) {
      words.remove_prefix(value_end + 2);
    }
    // What a claim forbids is followed by a page of its spec.
    words = words.substr(0, words.find('\n'));
    parts.push_back(cause.field + ": " + std::string(words));
  }
  std::ranges::sort(parts);
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return join(parts, ", ");
}

}  // namespace flotilla::member
