#pragma once

#include "reconciler/simulator/simulator.h"
#include "render/document/tree.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// A small HTTPS client for a simulator, and shorthands for the tests.
namespace flotilla::simulator::testing {

struct Answer {
  long status = 0;  // 0: no answer, `failure` says why
  std::string text;
  Json::Value body;
  std::map<std::string, std::string> headers;
  int failure = 0;  // a CURLcode

  // The text at dots: "metadata.name", "details.causes.0.field".
  std::string at(const std::string& path) const;
};

std::string text_at(const Json::Value& value, const std::string& path);
Json::Value json(const std::string& text);

struct Ask {
  std::string method = "GET";
  std::string path;
  std::string body = {};
  std::string type = "application/json";
  std::string accept = {};
  std::string token = {};  // empty: the simulator's; "none": no header
  long timeout_ms = 10000;
};

class Client {
 public:
  explicit Client(const Simulator& simulator);

  Answer send(const Ask& ask) const;
  Answer get(const std::string& path, const std::string& accept = {}) const;
  Answer post(const std::string& path, const std::string& body) const;
  Answer put(const std::string& path, const std::string& body) const;
  Answer remove(const std::string& path, const std::string& body = {}) const;
  Answer merge(const std::string& path, const std::string& body) const;
  Answer patch(const std::string& path, const std::string& type, const std::string& body) const;
  // Server-side apply; `options` begins with '&'.
  Answer apply(const std::string& path, const std::string& manager, const std::string& body,
               const std::string& options = {}) const;

  const std::string& url() const { return url_; }
  const std::string& ca() const { return ca_; }
  const std::string& token() const { return token_; }

 private:
  std::string url_;
  std::string ca_;
  std::string token_;
};

// A watch that collects events on a thread of its own.
class Watching {
 public:
  Watching(const Client& client, const std::string& path, const std::string& accept = {});
  ~Watching();

  // The event with this number, waited for up to ten seconds; null if it does not come.
  Json::Value event(std::size_t number);
  bool ended_within(std::chrono::milliseconds limit);
  int failure();  // a CURLcode, once it has ended

 private:
  friend std::size_t collect_events(char*, std::size_t, std::size_t, void*);
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Json::Value> events_;
  std::string rest_;
  bool ended_ = false;
  bool stop_ = false;
  int failure_ = 0;
  std::jthread thread_;
};

// Asks again until the condition holds, ten seconds at most.
bool eventually(const std::function<bool()>& condition);

std::unique_ptr<Simulator> started(Options options = {});
std::unique_ptr<Simulator> started_bare();  // without controllers
Options reacting_in(int milliseconds);

// Objects that many tests use.
std::string config_map(const std::string& name, const std::string& data,
                       const std::string& more_metadata = {});
std::string deployment(const std::string& name, int replicas, const std::string& image);
constexpr const char* config_maps = "/api/v1/namespaces/default/configmaps";
constexpr const char* deployments = "/apis/apps/v1/namespaces/default/deployments";

}  // namespace flotilla::simulator::testing
