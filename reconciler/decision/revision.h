#pragma once

#include <string>

// A revision says which commit was decided, and how it was found: "<branch or tag>@sha1:<id>", with
// "-dirty" behind it for a work tree that differs.
namespace flotilla::decision {

// `name` empty: HEAD.
std::string revision_text(const std::string& name, const std::string& commit);
// The branch or tag; empty if the revision names no commit.
std::string name_of(const std::string& revision);
// The id, all 40 digits of it; empty if the revision names no commit.
std::string commit_of(const std::string& revision);
// Its first 7 digits, for people.
std::string short_commit(const std::string& revision);
// The revision with the short id, for people; words if it is empty.
std::string short_revision(const std::string& revision);

}  // namespace flotilla::decision
