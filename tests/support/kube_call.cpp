#include "tests/support/kube_call.h"

#include <curl/curl.h>
#include <strings.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace flotilla::tests {
namespace {

std::size_t append_to(char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

std::size_t note_warning(char* data, std::size_t size, std::size_t count, void* warnings) {
  constexpr std::string_view name = "warning:";
  const std::string_view line(data, size * count);
  if (line.size() > name.size() && strncasecmp(data, name.data(), name.size()) == 0)
    static_cast<std::vector<std::string>*>(warnings)->emplace_back(line.substr(name.size()));
  return line.size();
}

using Curl = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

}  // namespace

KubeReply ask(const KubeEndpoint& server, const KubeCall& call) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Curl curl(curl_easy_init(), curl_easy_cleanup);
  if (global != CURLE_OK || curl == nullptr) throw std::runtime_error("libcurl does not start");
  curl_slist* list = curl_slist_append(nullptr, ("Authorization: Bearer " + server.token).c_str());
  const Headers headers(curl_slist_append(list, ("Content-Type: " + call.content_type).c_str()),
                        curl_slist_free_all);
  KubeReply reply;
  curl_easy_setopt(curl.get(), CURLOPT_URL, (server.url + call.path).c_str());
  if (!server.ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, server.ca_file.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "flotilla-tests");
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, call.verb.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  if (!call.body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, call.body.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append_to);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, note_warning);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &reply.warnings);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return {0, {}, curl_easy_strerror(code), {}};
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

}  // namespace flotilla::tests
