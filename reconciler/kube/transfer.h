#pragma once

#include "reconciler/kube/lines.h"
#include "reconciler/kube/loop.h"

#include <chrono>
#include <functional>
#include <string>

// One HTTP exchange on one libcurl handle (a void* here: libcurl stays in the .cpp files).
namespace flotilla::kube {

using Clock = std::chrono::steady_clock;

struct Transfer {
  HttpRequest request;
  HttpResponse response;
  LineSplitter lines;
  bool ended_by_reader = false;  // on_line returned false
  bool cancelled = false;
  bool answered = false;  // the first line of the answer is there
  bool given_up = false;  // ended because the peer answers nobody
  bool over_limit = false;
  bool silent = false;  // ended because nothing came for `request.silence`
  Clock::time_point last_data;
  std::string error_text;       // libcurl's own words, in a buffer of the size it wants
  void* easy = nullptr;         // while under way
  void* header_list = nullptr;  // what libcurl reads while the exchange is under way
  void* connect_list = nullptr;
  Result<HttpResponse> result = HttpResponse{};  // set before on_end
  std::function<void()> on_end;                  // called once, from Transfers::poll

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();
  bool is_stream() const { return static_cast<bool>(request.on_line); }
};

// Sets all options of a fresh (or reset) handle. `transfer` must stay where it is until the
// exchange has ended.
void configure(Transfer& transfer, const Loop::Options& options);

// What the exchange came to, once it has ended with libcurl's code.
Result<HttpResponse> conclude(Transfer& transfer, int curl_code);

// "https://host:port" of a URL: what messages may say of it.
std::string origin_of(std::string_view url);

}  // namespace flotilla::kube
