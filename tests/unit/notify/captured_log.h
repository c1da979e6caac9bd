#pragma once

#include "reconciler/log/log.h"
#include "tests/unit/kube/temp_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace flotilla::test {

// Takes what goes to standard error while it lives.
class CapturedLog {
 public:
  CapturedLog() : old_(dup(STDERR_FILENO)) {
    const std::string file = (folder_.path() / "log").string();
    const int descriptor = open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    dup2(descriptor, STDERR_FILENO);
    close(descriptor);
    log::set_up(log::Format::json, log::Level::debug);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() {
    std::fflush(stderr);
    dup2(old_, STDERR_FILENO);
    close(old_);
  }

  std::string text() const {
    std::fflush(stderr);
    std::ifstream stream(folder_.path() / "log");
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  int count(const std::string& part) const {
    const std::string all = text();
    int number = 0;
    for (std::size_t at = all.find(part); at != std::string::npos; at = all.find(part, at + 1))
      ++number;
    return number;
  }

 private:
  TempDir folder_;
  int old_;
};

}  // namespace flotilla::test
