// How the structures of hiaiengine/data_type.h are archived: the bytes are those that cereal writes
// for the same members, but what an archive says about lengths is not believed.
//
// Reading from a binary archive takes memory in steps, each at most as large as what has been read
// before it (the first: kStepBytes). So an archive that promises more than it holds ends in
// cereal::Exception, not in an allocation of any size it likes. Text archives go through cereal
// alone: they hold every element that they count.
#pragma once

#include <algorithm>
#include <cereal/cereal.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace openmatrix {
namespace archive {

constexpr std::size_t kStepBytes = std::size_t{1} << 20;

// Whether an archive reads raw bytes.
template <class Archive>
using ReadsBinary = std::integral_constant<
    bool, cereal::traits::is_input_serializable<cereal::BinaryData<std::uint8_t*>, Archive>::value>;

// How many elements of this size there may be after `have` of them have been read.
inline std::size_t NextSize(std::size_t have, std::uint64_t count, std::size_t element_bytes) {
  const std::size_t step = std::max<std::size_t>(have, kStepBytes / element_bytes + 1);
  return count - have < step ? static_cast<std::size_t>(count) : have + step;
}

// One function per kind of member.
struct Reader {
  template <class Archive, class T>
  static void Read(Archive& ar, T& value) {
    ar(value);
  }

  // A byte that is neither 0 nor 1 makes a bool that is neither true nor false.
  template <class Archive>
  static void Read(Archive& ar, bool& value) {
    std::uint8_t byte = 0;
    ar(byte);
    value = byte != 0;
  }

  template <class Archive>
  static void Read(Archive& ar, std::string& text) {
    ReadBytes(ar, text);
  }

  template <class Archive, class T>
  static void Read(Archive& ar, std::vector<T>& values) {
    ReadVector(ar, values, std::is_arithmetic<T>());
  }

  template <class Archive>
  static void Read(Archive& ar, std::vector<bool>& flags) {
    flags.clear();
    for (std::uint64_t left = ReadCount(ar); left > 0; --left) {
      bool flag = false;
      Read(ar, flag);
      flags.push_back(flag);
    }
  }

  template <class Archive, class Key, class T>
  static void Read(Archive& ar, std::map<Key, T>& values) {
    values.clear();
    for (std::uint64_t left = ReadCount(ar); left > 0; --left) {
      std::pair<Key, T> item;
      Read(ar, item.first);
      Read(ar, item.second);
      values.insert(std::move(item));
    }
  }

  template <class Archive>
  static std::uint64_t ReadCount(Archive& ar) {
    cereal::size_type count = 0;
    ar(cereal::make_size_tag(count));
    return count;
  }

 private:
  template <class Archive, class T>
  static void ReadVector(Archive& ar, std::vector<T>& values, std::true_type) {
    ReadBytes(ar, values);
  }

  template <class Archive, class T>
  static void ReadVector(Archive& ar, std::vector<T>& values, std::false_type) {
    values.clear();
    for (std::uint64_t left = ReadCount(ar); left > 0; --left) {
      values.emplace_back();
      Read(ar, values.back());
    }
  }

  template <class Archive, class Container>
  static void ReadBytes(Archive& ar, Container& values) {
    const std::size_t element_bytes = sizeof(typename Container::value_type);
    const std::uint64_t count = ReadCount(ar);
    values.clear();
    while (values.size() < count) {
      const std::size_t have = values.size();
      values.resize(NextSize(have, count, element_bytes));
      ar(cereal::binary_data(&values[have], (values.size() - have) * element_bytes));
    }
  }
};

template <class Archive, class T>
void Member(Archive& ar, T& value, std::true_type) {
  Reader::Read(ar, value);
}

template <class Archive, class T>
void Member(Archive& ar, T& value, std::false_type) {
  ar(value);
}

inline void IgnoreResults(std::initializer_list<int>) {}

// Archives members in the order of the arguments.
template <class Archive, class... T>
void Members(Archive& ar, T&... members) {
  IgnoreResults({(Member(ar, members, ReadsBinary<Archive>()), 0)...});
}

template <class Archive, class T>
void ReadElements(Archive& ar, std::shared_ptr<T>& data, std::uint64_t room, std::uint64_t count) {
  if (data != nullptr && room >= count) {
    ar(cereal::binary_data(data.get(), static_cast<std::size_t>(count) * sizeof(T)));
    return;
  }
  std::shared_ptr<T> block;
  std::size_t have = 0;
  while (have < count) {
    const std::size_t next = NextSize(have, count, sizeof(T));
    const std::shared_ptr<T> larger(new T[next], std::default_delete<T[]>());
    if (have > 0) std::copy(block.get(), block.get() + have, larger.get());
    ar(cereal::binary_data(larger.get() + have, (next - have) * sizeof(T)));
    block = larger;
    have = next;
  }
  data = block;
}

template <class Archive, class T>
void WriteElements(Archive& ar, const std::shared_ptr<T>& data, std::uint64_t count) {
  if (data != nullptr) {
    ar(cereal::binary_data(data.get(), static_cast<std::size_t>(count) * sizeof(T)));
    return;
  }
  // The reader expects `count` elements in any case.
  T zeros[256] = {};
  while (count > 0) {
    const std::size_t part = count < 256 ? static_cast<std::size_t>(count) : 256;
    ar(cereal::binary_data(&zeros[0], part * sizeof(T)));
    count -= part;
  }
}

template <class Archive, class T>
void Elements(Archive& ar, std::shared_ptr<T>& data, std::uint64_t room, std::uint64_t count,
              std::true_type) {
  ReadElements(ar, data, room, count);
}

template <class Archive, class T>
void Elements(Archive& ar, std::shared_ptr<T>& data, std::uint64_t, std::uint64_t count,
              std::false_type) {
  WriteElements(ar, data, count);
}

// Archives `count` elements at `data` as raw bytes, without their number; zeros for no data. When
// read they go to where `data` points if that had `room` before, otherwise to new memory.
template <class Archive, class T>
void Elements(Archive& ar, std::shared_ptr<T>& data, std::uint64_t room, std::uint64_t count) {
  Elements(ar, data, room, count, ReadsBinary<Archive>());
}

}  // namespace archive
}  // namespace openmatrix
