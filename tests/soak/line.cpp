#include "tests/soak/line.h"

#include <algorithm>

namespace flotilla::soak {

using namespace std::chrono_literals;

namespace {

// Nobody asks for older heads.
constexpr auto remembered = 10min;

}  // namespace

Line::Line(tests::WorkTree& repo, std::filesystem::path bare, Content first)
    : repo_(repo), bare_(std::move(bare)) {
  const std::string folder = bare_.string();
  repo_.git({"init", "--quiet", "--bare", "-b", "main", folder});
  repo_.git({"--git-dir", folder, "config", "http.receivepack", "true"});
  repo_.git({"remote", "add", "origin", folder});
  heads_.push_back({"", std::make_shared<const Wanted>(), Clock::now(), Clock::time_point::max()});
  push(std::move(first), "The first objects", false);
}

void Line::commit(Content content, const std::string& message) {
  push(std::move(content), message, false);
}

std::size_t Line::at_most(std::size_t count) const {
  return std::min(count, commits_.size() - fixed_);
}

Content Line::before_last(std::size_t count) const {
  return commits_[commits_.size() - 1 - at_most(count)].content;
}

void Line::replace_last(std::size_t count, Content content, const std::string& message) {
  const std::size_t gone = at_most(count);
  if (gone > 0) repo_.git({"reset", "--quiet", "--soft", "HEAD~" + std::to_string(gone)});
  commits_.resize(commits_.size() - gone);
  push(std::move(content), message, true);
}

void Line::push(Content content, const std::string& message, bool force) {
  std::map<std::string, std::string> files = files_of(content);
  for (const auto& [file, text] : files) {
    const auto before = files_.find(file);
    if (before == files_.end() || before->second != text) repo_.write(file, text);
  }
  for (const auto& [file, text] : files_)
    if (!files.contains(file)) repo_.remove(file);
  files_ = std::move(files);
  std::string id = repo_.commit(message);
  const auto want = std::make_shared<const Wanted>(wanted(content));
  {
    const std::scoped_lock lock(mutex_);
    heads_.push_back({id, want, Clock::now(), Clock::time_point::max()});
  }
  tests::Arguments arguments = {"push", "--quiet", "origin", "HEAD:main"};
  if (force) arguments.insert(arguments.begin() + 1, "--force");
  repo_.git(arguments);
  ++pushes_;
  commits_.push_back({std::move(id), std::move(content)});
  const std::scoped_lock lock(mutex_);
  heads_[heads_.size() - 2].until = Clock::now();
  while (heads_.front().until < Clock::now() - remembered) heads_.pop_front();
}

void Line::settled() {
  const std::scoped_lock lock(mutex_);
  settled_at_ = Clock::now();
}

Line::Span Line::heads(Clock::time_point since, Clock::time_point at) const {
  const std::scoped_lock lock(mutex_);
  Span span{{}, settled_at_ < at ? std::max(since, settled_at_) : since};
  for (const Head& head : heads_)
    if (head.until >= span.since) span.heads.push_back(head);
  return span;
}

std::shared_ptr<const Wanted> Line::newest() const {
  const std::scoped_lock lock(mutex_);
  return heads_.back().wanted;
}

}  // namespace flotilla::soak
