// Every way into the memory functions: {C, C++} x {host, device} x {transfer, DVPP}. Each is a
// small adapter, so that the suites are written once.
#pragma once

#include <optional>

#include "hiaiengine/ai_memory.h"
#include "support.h"

namespace contract {

struct Answer {
  void* block = nullptr;
  std::optional<HIAI_StatusT> status;  // the C functions have none
};

// A failure leaves a null pointer, and the status if the way in has one.
inline void ExpectRefused(const Answer& answer, HIAI_StatusT status) {
  EXPECT_EQ(answer.block, nullptr);
  if (answer.status) {
    EXPECT_EQ(*answer.status, status);
  }
}

struct Host {
  static const Door& Get() { return HostDoor(); }
  static const Door& Other() { return DeviceDoor(); }
  static constexpr int kView = 0;
};
struct Device {
  static const Door& Get() { return DeviceDoor(); }
  static const Door& Other() { return HostDoor(); }
  static constexpr int kView = 1;
};

template <typename SideOf>
struct CTransfer {
  using Side = SideOf;
  static constexpr bool kTransfer = true;
  static Answer Alloc(std::uint32_t bytes, std::uint32_t time = 0, std::uint32_t flag = 4) {
    return {Side::Get().c_alloc(bytes, time, flag), std::nullopt};
  }
  static HIAI_StatusT Free(void* block) { return Side::Get().c_free(block); }
  static HIAI_StatusT FreeByOtherForm(void* block) { return Side::Get().cpp_free(block); }
  static HIAI_StatusT FreeFromOtherSide(void* block) { return Side::Other().c_free(block); }
  static HIAI_StatusT FreeAsOtherFamily(void* block) { return Side::Get().c_dvpp_free(block); }
  static constexpr HIAI_StatusT (*kDeleter)(void*) = &::HIAI_DFree;
};

template <typename SideOf>
struct CppTransfer : CTransfer<SideOf> {
  using Side = SideOf;
  static Answer Alloc(std::uint32_t bytes, std::uint32_t time = 0, std::uint32_t flag = 4) {
    Answer answer;
    answer.block = &answer;  // must be overwritten
    answer.status = Side::Get().cpp_alloc(bytes, answer.block, time, flag);
    return answer;
  }
  static HIAI_StatusT Free(void* block) { return Side::Get().cpp_free(block); }
  static HIAI_StatusT FreeByOtherForm(void* block) { return Side::Get().c_free(block); }
  static HIAI_StatusT FreeFromOtherSide(void* block) { return Side::Other().cpp_free(block); }
  static HIAI_StatusT FreeAsOtherFamily(void* block) { return Side::Get().cpp_dvpp_free(block); }
  static constexpr HIAI_StatusT (*kDeleter)(void*) = &hiai::HIAIMemory::HIAI_DFree;
};

template <typename SideOf>
struct CDvpp {
  using Side = SideOf;
  static constexpr bool kTransfer = false;
  static Answer Alloc(std::uint32_t bytes, std::uint32_t = 0, std::uint32_t = 0) {
    return {Side::Get().c_dvpp_alloc(bytes), std::nullopt};
  }
  static HIAI_StatusT Free(void* block) { return Side::Get().c_dvpp_free(block); }
  static HIAI_StatusT FreeByOtherForm(void* block) { return Side::Get().cpp_dvpp_free(block); }
  static HIAI_StatusT FreeFromOtherSide(void* block) { return Side::Other().c_dvpp_free(block); }
  static HIAI_StatusT FreeAsOtherFamily(void* block) { return Side::Get().c_free(block); }
  static constexpr HIAI_StatusT (*kDeleter)(void*) = &::HIAI_DVPP_DFree;
};

template <typename SideOf>
struct CppDvpp : CDvpp<SideOf> {
  using Side = SideOf;
  static Answer Alloc(std::uint32_t bytes, std::uint32_t = 0, std::uint32_t = 0) {
    Answer answer;
    answer.block = &answer;  // must be overwritten
    answer.status = Side::Get().cpp_dvpp_alloc(bytes, answer.block);
    return answer;
  }
  static HIAI_StatusT Free(void* block) { return Side::Get().cpp_dvpp_free(block); }
  static HIAI_StatusT FreeByOtherForm(void* block) { return Side::Get().c_dvpp_free(block); }
  static HIAI_StatusT FreeFromOtherSide(void* block) { return Side::Other().cpp_dvpp_free(block); }
  static HIAI_StatusT FreeAsOtherFamily(void* block) { return Side::Get().cpp_free(block); }
  static constexpr HIAI_StatusT (*kDeleter)(void*) = &hiai::HIAIMemory::HIAI_DVPP_DFree;
};

using Entries =
    testing::Types<CTransfer<Host>, CTransfer<Device>, CppTransfer<Host>, CppTransfer<Device>,
                   CDvpp<Host>, CDvpp<Device>, CppDvpp<Host>, CppDvpp<Device>>;
using TransferEntries =
    testing::Types<CTransfer<Host>, CTransfer<Device>, CppTransfer<Host>, CppTransfer<Device>>;

// Nothing may live after a test of these suites.
class MemoryContract : public testing::Test {
 protected:
  void SetUp() override { DeviceDoor(); }
  void TearDown() override { EXPECT_EQ(LiveBlocks(), 0u); }
};

}  // namespace contract
