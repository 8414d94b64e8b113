// AISimpleTensor: an address, a size, and who frees it.
//
// A buffer of ours is aligned for the hardware's sake. One that the application gave us to own may
// come from the heap of the library, which is asked; if it does not, it counts as an array of
// bytes.
#include <cstdlib>

#include "base/log_sink.h"
#include "hiaiengine/ai_tensor.h"
#include "models/tensor_description.h"
#include "runtime/block_return.h"

// As in the public header.
#pragma GCC diagnostic ignored "-Wignored-qualifiers"

namespace openmatrix {
namespace {

constexpr std::size_t kAlignment = 512;

void FreeOwned(void* data, bool allocated_here) {
  if (data == nullptr) return;
  if (allocated_here) {
    std::free(data);
  } else if (!ReturnBlock(data)) {
    delete[] static_cast<std::uint8_t*>(data);
  }
}

}  // namespace
}  // namespace openmatrix

namespace hiai {

uint32_t AITensorGetBytes(int32_t data_type) {
  switch (data_type) {
    case HIAI_DATA_FLOAT:
    case HIAI_DATA_INT32:
      return 4;
    case HIAI_DATA_HALF:
      return 2;
    case HIAI_DATA_INT8:
    case HIAI_DATA_UINT8:
      return 1;
    default:
      return 0;
  }
}

AISimpleTensor::AISimpleTensor()
    : data_(nullptr),
      size_(0),
      isowner_(false),
      is_data_support_mem_share_(false),
      is_allocated_(false) {}

AISimpleTensor::~AISimpleTensor() {
  if (isowner_) openmatrix::FreeOwned(data_, is_allocated_);
}

const char* const AISimpleTensor::GetTypeName() { return openmatrix::kSimpleTensor; }

uint32_t AISimpleTensor::ByteSizeLong() { return size_; }

bool AISimpleTensor::Init(const AITensorDescription& tensorDesc) {
  return openmatrix::HasType(tensorDesc, openmatrix::kSimpleTensor);
}

void* AISimpleTensor::GetBuffer() { return data_; }

uint32_t AISimpleTensor::GetSize() { return size_; }

void AISimpleTensor::SetBuffer(void* data, const int32_t size, bool isown) {
  SetBufferAttr(data, size, isown, false);
}

void AISimpleTensor::SetBufferAttr(void* data, int32_t size, bool isowner,
                                   bool is_support_mem_share) {
  if (size < 0) {
    openmatrix::Log(openmatrix::LogLevel::kError, "a tensor refused a buffer of %d bytes", size);
    return;
  }
  // Set again: stays what it is, so that it is not freed under its own user.
  const bool is_same = data == data_;
  if (!is_same && isowner_) openmatrix::FreeOwned(data_, is_allocated_);
  is_allocated_ = is_same && is_allocated_;
  data_ = data;
  size_ = data == nullptr ? 0 : static_cast<uint32_t>(size);
  isowner_ = isowner;
  is_data_support_mem_share_ = is_support_mem_share;
}

void* AISimpleTensor::MallocDataBuffer(uint32_t size) {
  void* data = nullptr;
  if (size > 0 && posix_memalign(&data, openmatrix::kAlignment, size) != 0) {
    openmatrix::Log(openmatrix::LogLevel::kError, "no memory for a tensor of %u bytes", size);
    return nullptr;
  }
  if (isowner_) openmatrix::FreeOwned(data_, is_allocated_);
  data_ = data;
  size_ = size;
  isowner_ = true;
  is_data_support_mem_share_ = false;
  is_allocated_ = true;
  return data_;
}

bool AISimpleTensor::IsSupportZerocpy() {
  return is_data_support_mem_share_ || (isowner_ && is_allocated_ && data_ != nullptr) ||
         openmatrix::IsHeapAddress(data_);
}

AITensorDescription AISimpleTensor::BuildDescription(const std::string& size) {
  AITensorDescription description;
  description.set_type(openmatrix::kSimpleTensor);
  openmatrix::AddPara(description, openmatrix::kSizePara, size);
  return description;
}

std::shared_ptr<IAITensor> AISimpleTensor::CreateTensor(const AITensorDescription& tensorDesc) {
  return openmatrix::MakeTensor<AISimpleTensor>(tensorDesc);
}

}  // namespace hiai
