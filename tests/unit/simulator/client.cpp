#include "client.h"

#include "render/base/text.h"
#include "render/document/json.h"

#include <catch2/catch.hpp>
#include <curl/curl.h>

namespace flotilla::simulator::testing {

using namespace std::chrono_literals;

std::string text_at(const Json::Value& value, const std::string& path) {
  const Json::Value* at = &value;
  std::string rest = path;
  while (!rest.empty() && at != nullptr) {
    // A key may hold dots itself: the longest one that exists is taken.
    std::size_t end = rest.size();
    const Json::Value* next = nullptr;
    while (next == nullptr && end != std::string::npos && end > 0) {
      const std::string key = rest.substr(0, end);
      if (at->isArray() && key.find_first_not_of("0123456789") == std::string::npos &&
          std::stoul(key) < at->size())
        next = &(*at)[static_cast<Json::ArrayIndex>(std::stoul(key))];
      if (at->isObject()) next = find(*at, key);
      if (next == nullptr) end = rest.rfind('.', end - 1);
    }
    at = next;
    rest = end == std::string::npos || end >= rest.size() ? "" : rest.substr(end + 1);
  }
  if (at == nullptr) return "(none)";
  return at->isString() ? at->asString() : canonical_json(*at);
}

std::string Answer::at(const std::string& path) const { return text_at(body, path); }

Json::Value json(const std::string& text) {
  auto value = parse_json_fast(text);
  if (!value) FAIL("not JSON: " + text);
  return *value;
}

namespace {

std::size_t collect_text(char* data, std::size_t, std::size_t size, void* into) {
  static_cast<std::string*>(into)->append(data, size);
  return size;
}

std::size_t collect_header(char* data, std::size_t, std::size_t size, void* into) {
  const std::string line(data, size);
  if (const auto colon = line.find(':'); colon != std::string::npos)
    (*static_cast<std::map<std::string, std::string>*>(into))[lower(line.substr(0, colon))] =
        std::string(trim(line.substr(colon + 1)));
  return size;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

void add(Headers& headers, const std::string& line) {
  headers.reset(curl_slist_append(headers.release(), line.c_str()));
}

Easy prepared(const Client& client, const Ask& ask, Headers& headers) {
  static const bool once = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  (void)once;
  Easy easy(curl_easy_init());
  const std::string url = client.url() + ask.path;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, ask.method.c_str());
  curl_blob ca{const_cast<char*>(client.ca().data()), client.ca().size(), CURL_BLOB_COPY};
  curl_easy_setopt(easy.get(), CURLOPT_CAINFO_BLOB, &ca);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, ask.timeout_ms);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "tester/1.0");
  if (ask.token != "none")
    add(headers, "Authorization: Bearer " + (ask.token.empty() ? client.token() : ask.token));
  if (!ask.accept.empty()) add(headers, "Accept: " + ask.accept);
  if (!ask.body.empty()) {
    add(headers, "Content-Type: " + ask.type);
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(ask.body.size()));
    curl_easy_setopt(easy.get(), CURLOPT_COPYPOSTFIELDS, ask.body.c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  return easy;
}

}  // namespace

Client::Client(const Simulator& simulator)
    : url_(simulator.server_url()), ca_(simulator.ca_pem()), token_(simulator.token()) {}

Answer Client::send(const Ask& ask) const {
  Answer answer;
  Headers headers;
  const Easy easy = prepared(*this, ask, headers);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &collect_text);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer.text);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &collect_header);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer.headers);
  answer.failure = curl_easy_perform(easy.get());
  if (answer.failure == CURLE_OK)
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  answer.body = parse_json_fast(answer.text).value_or(Json::Value());
  return answer;
}

Answer Client::get(const std::string& path, const std::string& accept) const {
  Ask ask;
  ask.path = path;
  ask.accept = accept;
  return send(ask);
}

Answer Client::post(const std::string& path, const std::string& body) const {
  return send({"POST", path, body});
}
Answer Client::put(const std::string& path, const std::string& body) const {
  return send({"PUT", path, body});
}
Answer Client::remove(const std::string& path, const std::string& body) const {
  return send({"DELETE", path, body});
}

Answer Client::merge(const std::string& path, const std::string& body) const {
  return patch(path, "application/merge-patch+json", body);
}

Answer Client::patch(const std::string& path, const std::string& type,
                     const std::string& body) const {
  return send({"PATCH", path, body, type});
}

Answer Client::apply(const std::string& path, const std::string& manager, const std::string& body,
                     const std::string& options) const {
  return patch(path + "?fieldManager=" + manager + options, "application/apply-patch+yaml", body);
}

std::size_t collect_events(char* data, std::size_t, std::size_t size, void* into) {
  auto& watching = *static_cast<Watching*>(into);
  const std::scoped_lock lock(watching.mutex_);
  watching.rest_.append(data, size);
  for (auto end = watching.rest_.find('\n'); end != std::string::npos;
       end = watching.rest_.find('\n')) {
    watching.events_.push_back(
        parse_json_fast(watching.rest_.substr(0, end)).value_or(Json::Value()));
    watching.rest_.erase(0, end + 1);
  }
  watching.changed_.notify_all();
  return size;
}

Watching::Watching(const Client& client, const std::string& path, const std::string& accept)
    : thread_([this, client, path, accept] {
        Headers headers;
        Ask ask;
        ask.path = path;
        ask.accept = accept;
        ask.timeout_ms = 60000;
        const Easy easy = prepared(client, ask, headers);
        curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &collect_events);
        curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, this);
        curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
        const auto progress = [](void* self, curl_off_t, curl_off_t, curl_off_t,
                                 curl_off_t) -> int {
          auto& watching = *static_cast<Watching*>(self);
          const std::scoped_lock lock(watching.mutex_);
          return watching.stop_ ? 1 : 0;
        };
        curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION,
                         static_cast<curl_xferinfo_callback>(progress));
        curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, this);
        const int failure = curl_easy_perform(easy.get());
        const std::scoped_lock lock(mutex_);
        failure_ = failure;
        ended_ = true;
        changed_.notify_all();
      }) {}

Watching::~Watching() {
  const std::scoped_lock lock(mutex_);
  stop_ = true;
}

Json::Value Watching::event(std::size_t number) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, 10s, [&] { return events_.size() > number || ended_; });
  return events_.size() > number ? events_[number] : Json::Value();
}

bool Watching::ended_within(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return ended_; });
}

int Watching::failure() {
  const std::scoped_lock lock(mutex_);
  return failure_;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return condition();
}

std::unique_ptr<Simulator> started(Options options) {
  auto simulator = Simulator::start(std::move(options));
  if (!simulator) FAIL(to_string(simulator.error()));
  return std::move(*simulator);
}

std::unique_ptr<Simulator> started_bare() {
  Options options;
  options.controllers = false;
  return started(std::move(options));
}

Options reacting_in(int milliseconds) {
  Options options;
  options.reaction = std::chrono::milliseconds(milliseconds);
  return options;
}

std::string config_map(const std::string& name, const std::string& data,
                       const std::string& more_metadata) {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + "\"" +
         more_metadata + "},\"data\":" + data + "}";
}

std::string deployment(const std::string& name, int replicas, const std::string& image) {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":")" + name +
         R"("},"spec":{"replicas":)" + std::to_string(replicas) +
         R"(,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},)" +
         R"("spec":{"containers":[{"name":"c","image":")" + image +
         R"(","ports":[{"containerPort":80}]}]}}}})";
}

}  // namespace flotilla::simulator::testing
