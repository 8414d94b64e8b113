#include "transport/codec.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace openmatrix {
namespace {

// A registry with one type.
struct OneType {
  explicit OneType(TypeHooks hooks) : registry([hooks](TypeTable& table) { table["T"] = hooks; }) {}
  TypeRegistry registry;
};

FastOutHook FastOut(const std::string& control, std::uint8_t* data, std::uint32_t bytes) {
  return [=](void*, std::string& out, std::uint8_t*& out_data, std::uint32_t& out_bytes) {
    out = control;
    out_data = data;
    out_bytes = bytes;
  };
}

Frame FastFrame(const std::string* name, std::string control) {
  Frame frame;
  frame.kind = Frame::Kind::kFast;
  frame.type_name = name;
  frame.control = std::move(control);
  return frame;
}

const std::string kName = "T";

TEST(Encode, NamesATypeThatTheSideDoesNotKnow) {
  TypeRegistry registry(nullptr);
  int object = 0;

  Result<Encoded> encoded = Encode(registry, "unheard of", &object);

  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().code, Code::kNoSerializer);
  EXPECT_NE(encoded.error().text.find("unheard of"), std::string::npos);
}

TEST(Encode, ATypeThatCanOnlyBeReadHasNoSerializer) {
  TypeHooks hooks;
  hooks.common_in = [](const std::string&) { return std::make_shared<int>(0); };
  OneType type(hooks);
  int object = 0;

  Result<Encoded> encoded = Encode(type.registry, "T", &object);

  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().code, Code::kNoSerializer);
}

TEST(Encode, PrefersTheFastPair) {
  std::uint8_t data[4] = {};
  TypeHooks hooks;
  hooks.fast_out = FastOut(std::string("a\0b", 3), data, 4);
  hooks.common_out = [](void*, std::string& out) { out = "common"; };
  OneType type(hooks);
  int object = 0;

  Result<Encoded> encoded = Encode(type.registry, "T", &object);

  ASSERT_TRUE(encoded);
  EXPECT_EQ(encoded.value().kind, Frame::Kind::kFast);
  EXPECT_EQ(*encoded.value().type_name, "T");
  EXPECT_EQ(encoded.value().control, std::string("a\0b", 3));
  EXPECT_EQ(encoded.value().data, data);
  EXPECT_EQ(encoded.value().bytes, 4u);
}

TEST(Encode, TheCommonPairHasNoPayload) {
  TypeHooks hooks;
  hooks.common_out = [](void*, std::string& out) { out = "common"; };
  OneType type(hooks);
  int object = 0;

  Result<Encoded> encoded = Encode(type.registry, "T", &object);

  ASSERT_TRUE(encoded);
  EXPECT_EQ(encoded.value().kind, Frame::Kind::kCommon);
  EXPECT_EQ(encoded.value().control, "common");
  EXPECT_EQ(encoded.value().data, nullptr);
  EXPECT_EQ(encoded.value().bytes, 0u);
}

TEST(Encode, DataWithoutLengthAndLengthWithoutDataAreNoData) {
  std::uint8_t data[4] = {};
  int object = 0;
  for (const auto& hook : {FastOut("c", nullptr, 4), FastOut("c", data, 0)}) {
    TypeHooks hooks;
    hooks.fast_out = hook;
    OneType type(hooks);

    Result<Encoded> encoded = Encode(type.registry, "T", &object);

    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded.value().data, nullptr);
    EXPECT_EQ(encoded.value().bytes, 0u);
  }
}

TEST(Encode, AHookThatThrowsIsAnErrorThatNamesTheType) {
  int object = 0;
  TypeHooks failing;
  failing.fast_out = [](void*, std::string&, std::uint8_t*&, std::uint32_t&) {
    throw std::runtime_error("broken\ntwice");
  };
  TypeHooks odd;
  odd.common_out = [](void*, std::string&) { throw 7; };
  for (const TypeHooks& hooks : {failing, odd}) {
    OneType type(hooks);
    for (int i = 0; i < 2; ++i) {  // the second shows that the object's turn was given back
      Result<Encoded> encoded = Encode(type.registry, "T", &object);

      ASSERT_FALSE(encoded);
      EXPECT_EQ(encoded.error().code, Code::kHookFailed);
      EXPECT_NE(encoded.error().text.find("\"T\""), std::string::npos);
      EXPECT_EQ(encoded.error().text.find('\n'), std::string::npos);
    }
  }
}

TEST(Encode, HooksForOneObjectTakeTurns) {
  int inside = 0;  // no atomic: ThreadSanitizer would see two hooks at once
  bool overlapped = false;
  TypeHooks hooks;
  hooks.common_out = [&](void*, std::string& out) {
    if (++inside != 1) overlapped = true;
    out.assign(100, 'x');
    --inside;
  };
  OneType type(hooks);
  int object = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) ASSERT_TRUE(Encode(type.registry, "T", &object));
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_FALSE(overlapped);
}

TEST(Encode, AHookMayEncodeItsObjectAgain) {
  TypeRegistry* self = nullptr;
  int depth = 0;
  TypeHooks hooks;
  hooks.common_out = [&](void* object, std::string& out) {
    out = "x";
    if (++depth < 3) {
      EXPECT_TRUE(Encode(*self, "T", object));
    }
  };
  OneType type(hooks);
  self = &type.registry;
  int object = 0;

  EXPECT_TRUE(Encode(type.registry, "T", &object));
  EXPECT_EQ(depth, 3);
}

// What pthread_cancel does, too: the unwinding must reach the thread's end, and only that.
TEST(Encode, AThreadThatExitsInAHookGivesTheTurnBack) {
  bool exits = true;
  TypeHooks hooks;
  hooks.common_out = [&](void*, std::string& out) {
    if (exits) pthread_exit(nullptr);
    out = "x";
  };
  OneType type(hooks);
  bool returned = false;
  std::thread thread([&] {
    static_cast<void>(Encode(type.registry, "T", &type).ok());
    returned = true;
  });
  thread.join();
  exits = false;

  EXPECT_FALSE(returned);
  EXPECT_TRUE(Encode(type.registry, "T", &type));
}

TEST(Decode, GivesTheHookAlignedControlBytesOfExactLength) {
  for (const std::size_t length : {1u, 8u, 15u, 16u, 17u, 64u, 65u, 1000u, 100000u}) {
    std::string control(length, '\0');
    for (std::size_t i = 0; i < length; ++i) control[i] = static_cast<char>(i % 7);
    bool called = false;
    TypeHooks hooks;
    hooks.fast_in = [&](const char* bytes, const std::uint32_t& count, const std::uint8_t* data,
                        const std::uint32_t& data_count) -> std::shared_ptr<void> {
      called = true;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % 16, 0u);
      EXPECT_EQ(std::string(bytes, count), control);
      EXPECT_EQ(data, nullptr);
      EXPECT_EQ(data_count, 0u);
      return std::make_shared<int>(1);
    };
    OneType type(hooks);
    Frame frame = FastFrame(&kName, control);

    EXPECT_NE(Decode(type.registry, frame), nullptr);
    EXPECT_TRUE(called);
  }
}

TEST(Decode, NoControlBytesAreANullPointer) {
  bool called = false;
  TypeHooks hooks;
  hooks.fast_in = [&](const char* bytes, const std::uint32_t& count, const std::uint8_t*,
                      const std::uint32_t&) -> std::shared_ptr<void> {
    called = true;
    EXPECT_EQ(bytes, nullptr);
    EXPECT_EQ(count, 0u);
    return std::make_shared<int>(1);
  };
  OneType type(hooks);
  Frame frame = FastFrame(&kName, "");

  EXPECT_NE(Decode(type.registry, frame), nullptr);
  EXPECT_TRUE(called);
}

TEST(Decode, DropsAMessageWhoseTypeTheSideDoesNotKnow) {
  TypeRegistry registry(nullptr);
  Frame fast = FastFrame(&kName, "c");
  Frame common = FastFrame(&kName, "c");
  common.kind = Frame::Kind::kCommon;

  EXPECT_EQ(Decode(registry, fast), nullptr);
  EXPECT_EQ(Decode(registry, common), nullptr);
}

TEST(Decode, DropsAMessageWhoseHookThrowsOrReturnsNull) {
  const auto throwing = [](const char*, const std::uint32_t&, const std::uint8_t*,
                           const std::uint32_t&) -> std::shared_ptr<void> {
    throw std::runtime_error("broken");
  };
  const auto odd = [](const char*, const std::uint32_t&, const std::uint8_t*,
                      const std::uint32_t&) -> std::shared_ptr<void> { throw 7; };
  const auto null = [](const char*, const std::uint32_t&, const std::uint8_t*,
                       const std::uint32_t&) -> std::shared_ptr<void> { return nullptr; };
  for (const FastInHook& hook : {FastInHook(throwing), FastInHook(odd), FastInHook(null)}) {
    TypeHooks hooks;
    hooks.fast_in = hook;
    OneType type(hooks);
    Frame frame = FastFrame(&kName, "c");

    EXPECT_EQ(Decode(type.registry, frame), nullptr);
  }
}

TEST(Decode, MalformedCommonBytesAreDropped) {
  TypeHooks hooks;
  hooks.common_in = [](const std::string& control) -> std::shared_ptr<void> {
    return std::make_shared<char>(control.at(1));
  };
  OneType type(hooks);
  Frame frame = FastFrame(&kName, "?");
  frame.kind = Frame::Kind::kCommon;

  EXPECT_EQ(Decode(type.registry, frame), nullptr);
}

}  // namespace
}  // namespace openmatrix
