#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace flotilla::tests {

// Where an API server is and who asks; any server, also a simulated one.
struct KubeEndpoint {
  std::string url;
  std::filesystem::path ca_file = {};
  std::string token = {};
};

struct KubeCall {
  std::string verb = "GET";
  std::string path = {};
  std::string body = {};
  std::string content_type = "application/json";
  std::chrono::milliseconds timeout{10'000};
};

struct KubeReply {
  long status = 0;  // 0: no answer, and `error` says why
  std::string body = {};
  std::string error = {};
  std::vector<std::string> warnings = {};  // the headers "Warning" as they are
};

// One request on a connection of its own, with nothing of Flotilla's in between: what a test looks
// at itself.
KubeReply ask(const KubeEndpoint& server, const KubeCall& call);

}  // namespace flotilla::tests
