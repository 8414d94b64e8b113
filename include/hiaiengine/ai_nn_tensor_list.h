// A list of tensors in one block of memory: what the Python client sends and receives as message
// type "NNTensorList".
//
// The tensors lie in the block one after the other, without gaps, in the order of their
// descriptions. Not for several threads at once.
#pragma once

#include <stdint.h>

#include <cereal/cereal.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "hiaiengine/ai_memory.h"
#include "hiaiengine/ai_tensor.h"
#include "hiaiengine/ai_types.h"
#include "hiaiengine/internal/data_type_archive.h"
#include "hiaiengine/status.h"

namespace hiai {

/// @brief Shape, name and place of one tensor of a list.
struct NNTensorDescription {
  uint32_t dataSize = 0;      ///< bytes
  uint32_t tensorNumber = 0;  ///< pictures of a batch
  uint32_t channels = 0;      ///< channels
  uint32_t height = 0;        ///< rows
  uint32_t width = 0;         ///< columns
  uint32_t dataType = 0;      ///< element type
  std::string name;           ///< name of the input or output
  void* data = nullptr;       ///< first byte inside the list's block; does not cross sides
};

/// @brief Archives all of a description but its address.
///
/// @param[in,out] archive      of cereal
/// @param[in,out] description  the description
template <class Archive>
void serialize(Archive& archive, NNTensorDescription& description) {
  openmatrix::archive::Members(archive, description.dataSize, description.tensorNumber,
                               description.channels, description.height, description.width,
                               description.dataType, description.name);
}

/// @brief Tensors in one block of HIAI_DMalloc, which the list owns.
class NNTensorList {
 public:
  /// @brief No tensors, no block.
  NNTensorList() : buffData_(nullptr), bufferSize_(0), tensorNumber_(0), nnTensorVec_() {}
  /// @brief Gives the block back, unless it was sent away.
  ~NNTensorList() { SetBuffData(nullptr); }
  NNTensorList(const NNTensorList&) = delete;
  NNTensorList& operator=(const NNTensorList&) = delete;

  /// @brief Makes room for tensors of these shapes, in place of what was there.
  ///
  /// @param[in] tensorDims  shapes; `size` is the bytes of each
  /// @return HIAI_OK; HIAI_GRAPH_INVALID_VALUE for no bytes at all;
  ///         HIAI_USER_INPUT_TENSOR_SIZE_TOO_LARGE for 4 GiB and more; or as HIAI_DMalloc. On all
  ///         but HIAI_OK nothing has changed
  /// @ownership of the block: the list's, MANUAL_FREE
  /// @source    [header] signature, [choice] codes
  HIAI_StatusT Resize(std::vector<TensorDimension>& tensorDims) {
    std::vector<NNTensorDescription> descriptions;
    descriptions.reserve(tensorDims.size());
    for (const TensorDimension& dimension : tensorDims) {
      NNTensorDescription description;
      description.dataSize = dimension.size;
      description.tensorNumber = dimension.n;
      description.channels = dimension.c;
      description.height = dimension.h;
      description.width = dimension.w;
      description.dataType = dimension.data_type;
      description.name = dimension.name;
      descriptions.push_back(description);
    }
    const uint64_t bytes = Sum(descriptions);
    void* block = nullptr;
    const HIAI_StatusT status = Allocate(bytes, block);
    if (status != HIAI_OK) return status;
    SetBuffData(block);
    bufferSize_ = bytes;
    tensorNumber_ = static_cast<uint32_t>(descriptions.size());
    nnTensorVec_.swap(descriptions);
    AlignToNNTensorDescription();
    return HIAI_OK;
  }

  /// @brief The block.
  ///
  /// @return    its first byte, null without one
  /// @ownership the list's
  /// @source    [header]
  const void* GetBuffData() const { return buffData_; }

  /// @brief Sets the block; the one before is given back.
  ///
  /// @param[in] data  a block of HIAI_DMalloc, or one that a deserialize function was given; null
  ///                  is none
  /// @ownership the list's. Other memory stays the caller's
  /// @source    [header] signature, [choice] ownership
  void SetBuffData(void* data) {
    if (buffData_ == data) return;
    if (buffData_ != nullptr && HIAIMemory::IsDMalloc(buffData_, 0)) {
      HIAIMemory::HIAI_DFree(buffData_);
    }
    buffData_ = data;
  }

  /// @brief Bytes of the block.
  ///
  /// @return bytes
  /// @source [header]
  uint64_t GetBufferSize() const { return bufferSize_; }

  /// @brief Sets the bytes of the block.
  ///
  /// @param[in] size  bytes
  /// @source [header]
  void SetBufferSize(const uint64_t size) { bufferSize_ = size; }

  /// @brief Makes a tensor over one part of the block.
  ///
  /// @param[in] index  which one
  /// @return    the tensor; null for an index that is none, or a tensor that has no place in the
  ///            block
  /// @ownership the tensor is the caller's, its bytes are the list's and must not outlive it
  /// @source    [header] signature, [choice] null
  std::shared_ptr<AINeuralNetworkBuffer> GetNNTensor(const uint32_t index) {
    if (index >= nnTensorVec_.size()) return nullptr;
    const NNTensorDescription& description = nnTensorVec_[index];
    // Parentheses: an application may have a macro of this name.
    const int32_t largest = (std::numeric_limits<int32_t>::max)();
    if (description.data == nullptr || description.dataSize > static_cast<uint32_t>(largest)) {
      return nullptr;
    }
    const std::shared_ptr<AINeuralNetworkBuffer> tensor = std::make_shared<AINeuralNetworkBuffer>();
    tensor->SetBuffer(description.data, static_cast<int32_t>(description.dataSize), false);
    tensor->SetNumber(static_cast<int32_t>(description.tensorNumber));
    tensor->SetChannel(static_cast<int32_t>(description.channels));
    tensor->SetHeight(static_cast<int32_t>(description.height));
    tensor->SetWidth(static_cast<int32_t>(description.width));
    tensor->SetData_type(static_cast<int32_t>(description.dataType));
    tensor->SetName(description.name);
    return tensor;
  }

  /// @brief How many tensors there are.
  ///
  /// @return the number
  /// @source [header]
  uint32_t GetNNTensorNumber() const { return tensorNumber_; }

  /// @brief Says how many tensors there are; their descriptions stay.
  ///
  /// @param[in] number  the number
  /// @source [header]
  void SetNNTensorNumber(const uint32_t number) { tensorNumber_ = number; }

  /// @brief The descriptions.
  ///
  /// @return valid until the list is changed
  /// @source [header]
  const std::vector<NNTensorDescription>& GetNNTensorVector() const { return nnTensorVec_; }

  /// @brief Sets the descriptions; the number of tensors stays.
  ///
  /// @param[in] nnTensorVec  copied
  /// @source [header]
  void SetNNTensorVector(const std::vector<NNTensorDescription>& nnTensorVec) {
    nnTensorVec_ = nnTensorVec;
  }

  /// @brief Points each description at its part of the block; null where the block is too short.
  ///
  /// @source [header] name, [choice] no gaps
  void AlignToNNTensorDescription() {
    uint64_t offset = 0;
    for (NNTensorDescription& description : nnTensorVec_) {
      const bool inside = buffData_ != nullptr && offset <= bufferSize_ &&
                          description.dataSize <= bufferSize_ - offset;
      description.data = inside ? static_cast<uint8_t*>(buffData_) + offset : nullptr;
      offset += description.dataSize;
    }
  }

  /// @brief Archives the number of tensors and their descriptions; their bytes travel beside it.
  ///
  /// @param[in,out] archive  of cereal
  template <class Archive>
  void save(Archive& archive) const {
    archive(tensorNumber_, nnTensorVec_);
  }

  /// @brief Reads number and descriptions, allocates a block if the list has none, and points the
  /// descriptions at it.
  ///
  /// @param[in,out] archive  of cereal; std::bad_alloc when there is no block
  template <class Archive>
  void load(Archive& archive) {
    openmatrix::archive::Members(archive, tensorNumber_, nnTensorVec_);
    if (buffData_ == nullptr) {
      if (bufferSize_ == 0) bufferSize_ = Sum(nnTensorVec_);
      void* block = nullptr;
      if (bufferSize_ != 0 && Allocate(bufferSize_, block) != HIAI_OK) throw std::bad_alloc();
      buffData_ = block;
    }
    AlignToNNTensorDescription();
  }

 private:
  static uint64_t Sum(const std::vector<NNTensorDescription>& descriptions) {
    uint64_t bytes = 0;
    for (const NNTensorDescription& description : descriptions) bytes += description.dataSize;
    return bytes;
  }

  static HIAI_StatusT Allocate(uint64_t bytes, void*& block) {
    if (bytes == 0) return HIAI_GRAPH_INVALID_VALUE;
    if (bytes > (std::numeric_limits<uint32_t>::max)()) {
      return HIAI_USER_INPUT_TENSOR_SIZE_TOO_LARGE;
    }
    return HIAIMemory::HIAI_DMalloc(static_cast<uint32_t>(bytes), block, MALLOC_DEFAULT_TIME_OUT,
                                    HIAI_MEMORY_ATTR_MANUAL_FREE);
  }

  void* buffData_;
  uint64_t bufferSize_;
  uint32_t tensorNumber_;
  std::vector<NNTensorDescription> nnTensorVec_;
};

OPENMATRIX_ABI_ASSERT(sizeof(NNTensorDescription) == 64);
OPENMATRIX_ABI_ASSERT(sizeof(NNTensorList) == 48);

}  // namespace hiai
