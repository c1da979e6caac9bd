#include "tests/bench/bare_load.h"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>

namespace flotilla::bench {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

class BareLoad {
 public:
  BareLoad(const tests::KubeEndpoint& server, const std::vector<BareRequest>& requests)
      : server_(server), requests_(requests) {
    curl_slist* list =
        curl_slist_append(nullptr, ("Authorization: Bearer " + server.token).c_str());
    list = curl_slist_append(list, "Content-Type: application/apply-patch+yaml");
    list = curl_slist_append(list, "Accept: application/json");
    headers_.reset(curl_slist_append(list, "Expect:"));
  }

  std::size_t run(std::size_t in_flight) {
    while (in_flight-- > 0 && next_ < requests_.size()) start(handles_.emplace_back(make()).get());
    int running = 1;
    while (running > 0) {
      curl_multi_perform(multi_.get(), &running);
      collect(running);
      if (running > 0) curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    for (const Easy& easy : handles_) curl_multi_remove_handle(multi_.get(), easy.get());
    return failed_;
  }

 private:
  Easy make() const {
    Easy easy(curl_easy_init(), curl_easy_cleanup);
    if (easy == nullptr) throw std::runtime_error("libcurl does not start");
    curl_easy_setopt(easy.get(), CURLOPT_CAINFO, server_.ca_file.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "bare-load");
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, "PATCH");
    curl_easy_setopt(easy.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, discard);
    return easy;
  }

  void start(CURL* easy) {
    const BareRequest& request = requests_[next_++];
    curl_easy_setopt(easy, CURLOPT_URL, (server_.url + request.path).c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_multi_add_handle(multi_.get(), easy);
  }

  void collect(int& running) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      CURL* const easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result != CURLE_OK || status / 100 != 2) ++failed_;
      curl_multi_remove_handle(multi_.get(), easy);
      if (next_ == requests_.size()) continue;
      start(easy);
      running = 1;
    }
  }

  const tests::KubeEndpoint& server_;
  const std::vector<BareRequest>& requests_;
  Headers headers_{nullptr, curl_slist_free_all};
  Multi multi_{curl_multi_init(), curl_multi_cleanup};
  std::vector<Easy> handles_;
  std::size_t next_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace

std::size_t apply_all(const tests::KubeEndpoint& server, const std::vector<BareRequest>& requests,
                      std::size_t in_flight) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (global != CURLE_OK) throw std::runtime_error("libcurl does not start");
  return BareLoad(server, requests).run(in_flight);
}

}  // namespace flotilla::bench
