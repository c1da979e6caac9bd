#pragma once

#include "render/base/result.h"

#include <string>
#include <string_view>

// What git and ssh say when something fails, as an Error. They have no codes for it: their
// (untranslated) words are all there is.
namespace flotilla::git {

struct Remark {
  std::string url;   // as shown
  std::string host;  // for messages about keys and certificates
  std::string text;  // standard error, secrets masked
};

// Why a fetch or listing failed.
Error classify(const Remark& remark);

// Why a push failed; `report` is the output of `git push --porcelain`.
Error classify_push(const Remark& remark, std::string_view report);

// True if the complaint is about our own copy: missing or corrupt objects and refs.
bool is_damage(std::string_view text);

// One line for people: without "fatal:", control characters and the advice git adds.
std::string essence(std::string_view text);

}  // namespace flotilla::git
