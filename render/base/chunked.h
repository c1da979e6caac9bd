#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace flotilla {

// A sequence in chunks that copies share: copying it costs a pointer for 512 values, changing it
// the chunks that are touched. What is the same in two copies is the same chunk, so they compare
// fast too. Reads like a vector.
template <class T>
class Chunked {
  using Chunk = std::vector<T>;
  using Chunks = std::vector<std::shared_ptr<const Chunk>>;  // none of them empty

 public:
  static constexpr std::size_t chunk_size = 512;

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    Iterator(const Chunks* chunks, std::size_t chunk, std::size_t at)
        : chunks_(chunks), chunk_(chunk), at_(at) {}
    const T& operator*() const { return (*(*chunks_)[chunk_])[at_]; }
    const T* operator->() const { return &**this; }
    Iterator& operator++() {
      if (++at_ == (*chunks_)[chunk_]->size()) {
        ++chunk_;
        at_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      ++*this;
      return old;
    }
    bool operator==(const Iterator& other) const {
      return chunk_ == other.chunk_ && at_ == other.at_;
    }

   private:
    const Chunks* chunks_ = nullptr;
    std::size_t chunk_ = 0;
    std::size_t at_ = 0;
  };

  Chunked() = default;
  Chunked(std::initializer_list<T> values) : Chunked(std::vector<T>(values)) {}
  explicit Chunked(std::vector<T> values) {
    append(values, chunks_);
    count();
  }

  Iterator begin() const { return Iterator(&chunks_, 0, 0); }
  Iterator end() const { return Iterator(&chunks_, chunks_.size(), 0); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& front() const { return chunks_.front()->front(); }
  const T& operator[](std::size_t i) const {
    std::size_t chunk = 0;
    while (i >= chunks_[chunk]->size()) i -= chunks_[chunk++]->size();
    return (*chunks_[chunk])[i];
  }
  void clear() { *this = {}; }

  // Of a sorted sequence: the first value that is not `before(value, key)`.
  template <class Key, class Before>
  Iterator lower_bound(const Key& key, Before before) const {
    const auto chunk = std::partition_point(
        chunks_.begin(), chunks_.end(),
        [&](const std::shared_ptr<const Chunk>& c) { return before(c->back(), key); });
    if (chunk == chunks_.end()) return end();
    const auto at = std::partition_point((*chunk)->begin(), (*chunk)->end(),
                                         [&](const T& value) { return before(value, key); });
    return Iterator(&chunks_, static_cast<std::size_t>(chunk - chunks_.begin()),
                    static_cast<std::size_t>(at - (*chunk)->begin()));
  }

  // Takes values out of a sorted sequence and puts others in. Both lists are sorted by `before`;
  // one of `gone` leaves if it is there, and a value may be in both.
  template <class Before>
  void patch(const std::vector<T>& gone, const std::vector<T>& added, Before before) {
    auto out = gone.begin();
    auto in = added.begin();
    Chunks chunks;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      const bool last = i + 1 == chunks_.size();
      const auto belongs = [&](const T& value) {
        return last || before(value, chunks_[i + 1]->front());
      };
      const auto out_end = std::find_if_not(out, gone.end(), belongs);
      const auto in_end = std::find_if_not(in, added.end(), belongs);
      if (out == out_end && in == in_end) {
        chunks.push_back(chunks_[i]);
        continue;
      }
      std::vector<T> kept;
      for (const T& value : *chunks_[i]) {
        const auto [from, to] = std::equal_range(out, out_end, value, before);
        if (std::find(from, to, value) == to) kept.push_back(value);
      }
      std::vector<T> merged;
      std::merge(kept.begin(), kept.end(), in, in_end, std::back_inserter(merged), before);
      append(merged, chunks);
      out = out_end;
      in = in_end;
    }
    append(std::vector<T>(in, added.end()), chunks);
    chunks_ = std::move(chunks);
    count();
  }

  template <class Drop>
  void erase_if(Drop drop) {
    std::vector<T> kept;
    for (const T& value : *this)
      if (!drop(value)) kept.push_back(value);
    *this = Chunked(std::move(kept));
  }

  void push_back(T value) {
    std::vector<T> last;
    if (!chunks_.empty() && chunks_.back()->size() < chunk_size) {
      last = *chunks_.back();
      chunks_.pop_back();
    }
    last.push_back(std::move(value));
    chunks_.push_back(std::make_shared<const Chunk>(std::move(last)));
    ++size_;
  }

  bool operator==(const Chunked& other) const {
    return chunks_ == other.chunks_ ||
           (size_ == other.size_ && std::equal(begin(), end(), other.begin()));
  }

 private:
  static void append(const std::vector<T>& values, Chunks& chunks) {
    for (std::size_t from = 0; from < values.size(); from += chunk_size) {
      const std::size_t to = std::min(values.size(), from + chunk_size);
      chunks.push_back(
          std::make_shared<const Chunk>(values.begin() + static_cast<std::ptrdiff_t>(from),
                                        values.begin() + static_cast<std::ptrdiff_t>(to)));
    }
  }
  void count() {
    size_ = 0;
    for (const auto& chunk : chunks_) size_ += chunk->size();
  }

  Chunks chunks_;
  std::size_t size_ = 0;
};

}  // namespace flotilla
