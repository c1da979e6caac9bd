#include "tests/support/http_relay.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace flotilla::tests {
namespace {

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

std::size_t number_of(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

std::string HttpHead::header(std::string_view name) const {
  std::size_t at = text.find("\r\n");
  while (at != std::string::npos) {
    const std::size_t start = at + 2;
    at = text.find("\r\n", start);
    const std::string_view line = std::string_view(text).substr(start, at - start);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || lower_case(line.substr(0, colon)) != name) continue;
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string_view::npos ? std::string() : lower_case(line.substr(value));
  }
  return {};
}

BodyEnd BodyEnd::of_request(const HttpHead& head) {
  BodyEnd end;
  end.left_ = number_of(head.header("content-length"), 10);
  if (end.left_ > 0) end.state_ = State::length;
  if (head.header("transfer-encoding") == "chunked") end.state_ = State::size;
  return end;
}

BodyEnd BodyEnd::of_answer(const HttpHead& head, std::string_view request_method) {
  if (request_method == "HEAD" || head.status == 204 || head.status == 304) return {};
  BodyEnd end = of_request(head);
  const bool open = end.reached() && head.header("content-length").empty();
  if (open) end.state_ = State::until_close;
  return end;
}

std::size_t BodyEnd::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::done) {
    if (state_ == State::until_close) return bytes.size();
    if (state_ == State::length || state_ == State::chunk) {
      const std::size_t size = std::min(left_, bytes.size() - taken);
      taken += size;
      left_ -= size;
      if (left_ == 0) state_ = state_ == State::length ? State::done : State::chunk_end;
      continue;
    }
    step(bytes[taken++]);
  }
  return taken;
}

void BodyEnd::step(char c) {
  if (c == '\r') return;
  if (c != '\n') {
    line_ += c;
    return;
  }
  if (state_ == State::chunk_end) {
    state_ = State::size;
  } else if (state_ == State::size) {
    end_size_line();
  } else if (line_.empty()) {
    state_ = State::done;  // the empty line after the trailers
  }
  line_.clear();
}

void BodyEnd::end_size_line() {
  left_ = number_of(line_, 16);
  state_ = left_ == 0 ? State::trailer : State::chunk;
}

bool HttpReader::fill() {
  std::array<char, 16384> piece;
  const std::size_t size = stream_.read(piece.data(), piece.size());
  buffer_.append(piece.data(), size);
  return size > 0;
}

std::optional<HttpHead> HttpReader::head(bool request) {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  HttpHead head;
  head.text = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  const std::size_t first = head.text.find(' ');
  const std::size_t second = head.text.find_first_of(" \r", first + 1);
  if (first == std::string::npos || second == std::string::npos) return std::nullopt;
  const std::string middle = head.text.substr(first + 1, second - first - 1);
  if (request) {
    head.method = head.text.substr(0, first);
    head.target = middle;
  } else {
    head.status = static_cast<int>(number_of(middle, 10));
  }
  return head;
}

bool HttpReader::body(BodyEnd end, const std::function<bool(std::string_view)>& on_piece,
                      TlsStream* other) {
  while (!end.reached()) {
    if (buffer_.empty()) {
      if (other != nullptr && !stream_.readable_before(*other)) return false;
      if (!fill()) return end.until_close();
    }
    const std::size_t size = end.take(buffer_);
    const std::string piece = buffer_.substr(0, size);
    buffer_.erase(0, size);
    if (!piece.empty() && !on_piece(piece)) return false;
  }
  return true;
}

}  // namespace flotilla::tests
