#pragma once

#include "tests/support/tls_stream.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// HTTP/1.1 as far as a proxy must understand it: where a message ends.
namespace flotilla::tests {

struct HttpHead {
  std::string text;                                 // as it came, with the empty line
  std::string method;                               // of a request
  std::string target;                               // of a request: path and query
  int status = 0;                                   // of an answer
  std::string header(std::string_view name) const;  // lower case; empty: not there
};

// How far a body goes. Bytes pass through as they are, chunk sizes included.
class BodyEnd {
 public:
  static BodyEnd of_request(const HttpHead& head);
  static BodyEnd of_answer(const HttpHead& head, std::string_view request_method);
  bool reached() const { return state_ == State::done; }
  bool until_close() const { return state_ == State::until_close; }
  // How many of these bytes belong to the body.
  std::size_t take(std::string_view bytes);

 private:
  enum class State { done, length, until_close, size, chunk, chunk_end, trailer };
  void step(char c);
  void end_size_line();

  State state_ = State::done;
  std::size_t left_ = 0;  // of the length or of the chunk
  std::string line_;
};

// The messages that come on one connection, one after another.
class HttpReader {
 public:
  explicit HttpReader(TlsStream& stream) : stream_(stream) {}
  // nullopt: the connection has ended.
  std::optional<HttpHead> request_head() { return head(true); }
  std::optional<HttpHead> answer_head() { return head(false); }
  // Hands the body over in pieces as they come. False if it ended early, or if `on_piece` said so.
  // With `other`: also if the other end of that connection goes meanwhile.
  bool body(BodyEnd end, const std::function<bool(std::string_view)>& on_piece,
            TlsStream* other = nullptr);

 private:
  std::optional<HttpHead> head(bool request);
  bool fill();

  TlsStream& stream_;
  std::string buffer_;
};

}  // namespace flotilla::tests
