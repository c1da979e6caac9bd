#include "reconciler/decision/revision.h"

#include <string_view>

namespace flotilla::decision {
namespace {

constexpr std::string_view mark = "@sha1:";
constexpr std::size_t digits = 40;
constexpr std::size_t digits_for_people = 7;

}  // namespace

std::string revision_text(const std::string& name, const std::string& commit) {
  return (name.empty() ? "HEAD" : name) + std::string(mark) + commit;
}

std::string commit_of(const std::string& revision) {
  const auto at = revision.rfind(mark);
  if (at == std::string::npos) return {};
  const std::string id = revision.substr(at + mark.size(), digits);
  const bool whole =
      id.size() == digits && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return whole ? id : std::string();
}

std::string name_of(const std::string& revision) {
  return commit_of(revision).empty() ? std::string() : revision.substr(0, revision.rfind(mark));
}

std::string short_commit(const std::string& revision) {
  return commit_of(revision).substr(0, digits_for_people);
}

std::string short_revision(const std::string& revision) {
  if (revision.empty()) return "an uncommitted folder";
  const std::string commit = short_commit(revision);
  return commit.empty() ? revision : name_of(revision) + "@" + commit;
}

}  // namespace flotilla::decision
