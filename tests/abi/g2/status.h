// Statuses as objects of 2019 see them.
//
// This directory declares the shapes of the 2019 headers (G2, x86-64) a second time, from the facts
// alone and without include/: names, sizes, order of virtual functions, and what was inline then.
// What is compiled against it stands for an object that is years old. Nothing here includes a
// header of the library.
#pragma once

#include <cstdint>
#include <string>

typedef uint32_t HIAI_StatusT;

const HIAI_StatusT HIAI_OK = 0x01011000;
const HIAI_StatusT HIAI_INIT_FAIL = 0x0104306E;
const HIAI_StatusT HIAI_ENGINE_RUN_ARGS_NOT_RIGHT = 0x01023041;
const HIAI_StatusT HIAI_ENGINE_FUNCTOR_NULL = 0x01023046;
const HIAI_StatusT HIAI_ENGINE_FUNCTOR_EXIST = 0x01022047;
const HIAI_StatusT HIAI_QUEUE_FULL = 0x0102303E;

namespace hiai {

class StatusFactory {
 public:
  static StatusFactory* GetInstance();
  void RegisterErrorNo(const uint32_t err, const std::string& desc);
  std::string GetErrDesc(const uint32_t err);
  static std::string GetErrCodeDesc(uint32_t errCode);

 private:
  StatusFactory();
};

class ErrorNoRegisterar {
 public:
  ErrorNoRegisterar(const uint32_t& err, const std::string& desc) {
    StatusFactory::GetInstance()->RegisterErrorNo(err, desc);
  }
};

}  // namespace hiai

#define HIAI_DEF_ERROR_CODE(moduleId, logLevel, codeName, codeDesc)                   \
  const HIAI_StatusT codeName = ((0xFFFFu & static_cast<uint32_t>(moduleId)) << 16) | \
                                ((0xFu & static_cast<uint32_t>(logLevel)) << 12) |    \
                                (0x0FFFu & static_cast<uint32_t>(codeName##_CODE));   \
  const hiai::ErrorNoRegisterar g_##codeName##_errorno(codeName, codeDesc);
