// Tensors: buffers with a meaning, which models take and give; and the factory that makes them.
//
// Sizes and orders of virtual functions are part of the ABI. Tensors are not for several threads at
// once; the factory is. Copying a tensor copies the address only: one that owns its buffer must not
// be copied.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hiaiengine/ai_types.h"
#include "hiaiengine/internal/tensor_factory.h"
#include "hiaiengine/internal/visibility.h"
#include "proto/ai_types.pb.h"

// The vendor's GetTypeName returns `const char* const`.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-qualifiers"

namespace hiai {

using namespace std;  // sic: applications write `string` and `vector` in namespace hiai

/// @brief Bytes of one element.
///
/// @param[in] data_type  one of NN_DATA_TYPE
/// @return  4, 2, 1, 4, 1 in their order; 0 for anything else
/// @threads any, at once
/// @source  [header] name, [choice] values
HIAI_LIB_VISIBILITY uint32_t AITensorGetBytes(int32_t data_type);

/// @brief A buffer of bytes; the base of the library's tensors.
class HIAI_LIB_VISIBILITY AISimpleTensor : public IAITensor {
 public:
  /// @brief No buffer, 0 bytes.
  AISimpleTensor();
  /// @brief Frees the buffer if the tensor owns it.
  ~AISimpleTensor() override;

  /// @brief The name of the class.
  ///
  /// @return a constant
  /// @source [header] signature, [choice] the name
  const char* const GetTypeName() override;

  /// @brief Bytes of the buffer.
  ///
  /// @return as GetSize
  /// @source [header] signature, [choice] meaning
  uint32_t ByteSizeLong() override;

  /// @brief Takes what a description says of this object; allocates nothing.
  ///
  /// @param[in] tensorDesc  type and parameters; missing ones leave things as they are
  /// @return true; false for another type or a parameter that is no number of its range, and then
  ///         nothing has changed
  /// @source [header] signature, [choice] what fits
  bool Init(const AITensorDescription& tensorDesc) override;

  /// @brief The address set or allocated last.
  ///
  /// @return    the buffer, null without one
  /// @ownership of whoever owns it
  /// @source    [header]
  void* GetBuffer();

  /// @brief Points the tensor at a buffer; an own one before it is freed.
  ///
  /// @param[in] data   the buffer; null leaves the tensor empty
  /// @param[in] size   its bytes, exactly; for a negative number nothing changes
  /// @param[in] isown  true: the tensor frees it, with HIAI_DFree or HIAI_DVPP_DFree if it is such
  /// a
  ///                   block, otherwise as delete[] of bytes
  /// @ownership the caller's, or with `isown` the tensor's
  /// @source    [doc] ownership, [choice] how it is freed
  void SetBuffer(void* data, const int32_t size, bool isown = false);

  /// @brief Bytes of the buffer.
  ///
  /// @return bytes
  /// @source [header]
  uint32_t GetSize();

  /// @brief Allocates a buffer in place of the one before.
  ///
  /// @param[in] size  bytes; 0 leaves the tensor empty
  /// @return    the buffer, aligned to 512 bytes, contents undefined; null if memory is short, and
  ///            then nothing has changed
  /// @ownership the tensor's
  /// @source    [header] signature, [doc] the alignment
  void* MallocDataBuffer(uint32_t size);

  /// @brief As SetBuffer, and says whether the buffer can be shared with the hardware.
  ///
  /// @param[in] data                  the buffer
  /// @param[in] size                  its bytes
  /// @param[in] isowner               true: the tensor frees it
  /// @param[in] is_support_mem_share  what IsSupportZerocpy shall answer
  /// @ownership as SetBuffer
  /// @source    [header]
  void SetBufferAttr(void* data, int32_t size, bool isowner, bool is_support_mem_share) override;

  /// @brief Whether the buffer reaches a model without a copy.
  ///
  /// @return true if it was said so, or the buffer is the tensor's own or a block of the library's
  /// @source [header] signature, [choice] answer
  bool IsSupportZerocpy() override;

  /// @brief Describes a tensor of this class.
  ///
  /// @param[in] size  bytes, decimal; empty is none
  /// @return the description
  /// @source [header]
  static AITensorDescription BuildDescription(const std::string& size = "");

  /// @brief Makes a tensor with the buffer that is described.
  ///
  /// @param[in] tensorDesc  see BuildDescription
  /// @return the tensor; null if the description does not fit or memory is short
  /// @source [header]
  static std::shared_ptr<IAITensor> CreateTensor(const AITensorDescription& tensorDesc);

 private:
  void* data_;
  uint32_t size_;
  bool isowner_;
  bool is_data_support_mem_share_;
  bool is_allocated_;  // by MallocDataBuffer; lies in what was padding
};

/// @brief Input or output of a network: bytes, shape and name.
class HIAI_LIB_VISIBILITY AINeuralNetworkBuffer : public AISimpleTensor {
 public:
  /// @brief Element type 0, each dimension 1, no name, no buffer.
  AINeuralNetworkBuffer()
      : data_type_(0), number_(1), channel_(1), height_(1), width_(1), name_() {}
  ~AINeuralNetworkBuffer() override {}

  /// @brief See AISimpleTensor.
  const char* const GetTypeName() override;
  /// @brief See AISimpleTensor.
  uint32_t ByteSizeLong() override;
  /// @brief See AISimpleTensor; takes element type and dimensions, and the name if there is one.
  bool Init(const AITensorDescription& tensorDesc) override;

  /// @brief Makes a tensor with the buffer that is described; see AISimpleTensor.
  static std::shared_ptr<IAITensor> CreateTensor(const AITensorDescription& tensorDesc);

  /// @brief Describes a tensor of this class. All values are decimal numbers.
  ///
  /// @param[in] size       bytes
  /// @param[in] data_type  element type
  /// @param[in] number     pictures of a batch
  /// @param[in] channel    channels
  /// @param[in] height     rows
  /// @param[in] width      columns
  /// @return the description
  /// @source [header] signature, [sample] calls without arguments
  static AITensorDescription GetDescription(const std::string& size = "0",
                                            const std::string& data_type = "0",
                                            const std::string& number = "0",
                                            const std::string& channel = "0",
                                            const std::string& height = "0",
                                            const std::string& width = "0");

  /// @brief Pictures of a batch.
  int32_t GetNumber();
  /// @brief Sets the pictures of a batch.
  void SetNumber(int32_t number);
  /// @brief Channels.
  int32_t GetChannel();
  /// @brief Sets the channels.
  void SetChannel(int32_t channel);
  /// @brief Rows.
  int32_t GetHeight();
  /// @brief Sets the rows.
  void SetHeight(int32_t height);
  /// @brief Columns.
  int32_t GetWidth();
  /// @brief Sets the columns.
  void SetWidth(int32_t width);
  /// @brief Element type.
  int32_t GetData_type();
  /// @brief Sets the element type.
  void SetData_type(int32_t data_type);
  /// @brief Name of the input or output.
  const std::string& GetName() const;
  /// @brief Sets the name.
  void SetName(const std::string& value);

 private:
  int32_t data_type_;
  int32_t number_;
  int32_t channel_;
  int32_t height_;
  int32_t width_;
  std::string name_;
};

/// @brief Formats of pictures, and one colour space.
enum ImageFormat {
  BITMAP = 0,   ///< BMP
  PNG,          ///< PNG
  JPEG,         ///< JPEG, full range
  BT_601NARROW  ///< BT.601, narrow range
};

/// @brief An encoded picture.
class HIAI_LIB_VISIBILITY AIImageBuffer : public AISimpleTensor {
 public:
  /// @brief JPEG, 0 x 0, no buffer.
  AIImageBuffer() : format_(JPEG), width_(0), height_(0) {}
  ~AIImageBuffer() override {}

  /// @brief See AISimpleTensor.
  const char* const GetTypeName() override;
  /// @brief See AISimpleTensor.
  uint32_t ByteSizeLong() override;
  /// @brief See AISimpleTensor; takes format and size of the picture.
  bool Init(const AITensorDescription& tensorDesc) override;

  /// @brief Makes a tensor with the buffer that is described; see AISimpleTensor.
  static std::shared_ptr<IAITensor> CreateTensor(const AITensorDescription& tensorDesc);

  /// @brief Describes a tensor of this class.
  ///
  /// @param[in] size    bytes, decimal
  /// @param[in] height  rows, decimal
  /// @param[in] width   columns, decimal
  /// @param[in] format  name of an ImageFormat
  /// @return the description
  /// @source [header]
  static AITensorDescription GetDescription(const std::string& size = "0",
                                            const std::string& height = "0",
                                            const std::string& width = "0",
                                            const std::string format = "JPEG");

  /// @brief Format of the picture.
  ImageFormat GetFormat();
  /// @brief Sets the format.
  void SetFormat(ImageFormat format);
  /// @brief Rows.
  int32_t GetHeight();
  /// @brief Sets the rows.
  void SetHeight(int32_t height);
  /// @brief Columns.
  int32_t GetWidth();
  /// @brief Sets the columns.
  void SetWidth(int32_t width);

 private:
  ImageFormat format_;
  int32_t width_;
  int32_t height_;
};

OPENMATRIX_ABI_ASSERT(sizeof(AISimpleTensor) == 24);
OPENMATRIX_ABI_ASSERT(sizeof(AINeuralNetworkBuffer) == 80);
OPENMATRIX_ABI_ASSERT(sizeof(AIImageBuffer) == 40);

}  // namespace hiai

#pragma GCC diagnostic pop

#include "hiaiengine/internal/aipp_tensor.h"
