// The tensor that carries the parameters of dynamic pre-processing (AIPP). Included by
// hiaiengine/ai_tensor.h, which applications include.
//
// Its buffer is an openmatrix::AippParameters with one openmatrix::AippBatchParameters per picture
// behind it, for the registered model to read. That layout is ours, not the hardware's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hiaiengine/ai_tensor.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-qualifiers"

namespace openmatrix {
struct AippParameters;
struct AippBatchParameters;
}  // namespace openmatrix

namespace hiai {

/// @brief Formats of pictures that AIPP takes.
enum AippInputFormat {
  YUV420SP_U8 = 1,  ///< NV12
  XRGB8888_U8,      ///< four bytes per pixel, the first unused
  RGB888_U8,        ///< three bytes per pixel
  YUV400_U8,        ///< grey
  RESERVED          ///< end of the list
};

/// @brief Formats of pictures that models take.
enum AippModelFormat {
  MODEL_RGB888_U8 = 1,  ///< red first
  MODEL_BGR888_U8,      ///< blue first
  MODEL_GRAY,           ///< luma only
  MODEL_YUV444SP_U8,    ///< no subsampling, U first
  MODEL_YVU444SP_U8     ///< no subsampling, V first
};

/// @brief Parameters of dynamic AIPP for one input of a model. Made by CreateTensor; an object made
/// otherwise has no room for parameters and refuses them.
class HIAI_LIB_VISIBILITY AippDynamicParaTensor : public AISimpleTensor {
 public:
  /// @brief Says which input of the model this is for.
  ///
  /// @param[in] dynamicInputIndex  index among the original inputs
  /// @source [header]
  void SetDynamicInputIndex(uint32_t dynamicInputIndex = 0);

  /// @brief Index of the input.
  ///
  /// @return the index
  /// @source [header]
  uint32_t GetDynamicInputIndex() const;

  /// @brief Says which edge of that input this is for.
  ///
  /// @param[in] dynamicInputEdgeIndex  index of the edge
  /// @source [header]
  void SetDynamicInputEdgeIndex(uint32_t dynamicInputEdgeIndex = 0);

  /// @brief Index of the edge.
  ///
  /// @return the index
  /// @source [header]
  uint32_t GetDynamicInputEdgeIndex() const;

  /// @brief Sets the format of the picture.
  ///
  /// @param[in] aippInputFormat  format
  /// @return SUCCESS; INVALID_PARA for no format; NOT_INIT without room
  /// @source [header] signature, [choice] codes
  AIStatus SetInputFormat(AippInputFormat aippInputFormat);

  /// @brief Sets a ready-made colour conversion.
  ///
  /// @param[in] srcFormat    format of the picture
  /// @param[in] dstFormat    format of the model
  /// @param[in] imageFormat  JPEG for full range, BT_601NARROW for narrow range
  /// @return SUCCESS; INVALID_PARA for a pair that has no conversion; NOT_INIT without room
  /// @source [header] signature, [choice] codes, the matrices are those of BT.601
  AIStatus SetCscParams(AippInputFormat srcFormat, AippModelFormat dstFormat,
                        ImageFormat imageFormat = BT_601NARROW);

  /// @brief Sets a colour conversion: a matrix in units of 1/256, and biases.
  ///
  /// @param[in] csc_switch        whether to convert
  /// @param[in] cscMatrixR0C0     row 0, column 0
  /// @param[in] cscMatrixR0C1     row 0, column 1
  /// @param[in] cscMatrixR0C2     row 0, column 2
  /// @param[in] cscMatrixR1C0     row 1, column 0
  /// @param[in] cscMatrixR1C1     row 1, column 1
  /// @param[in] cscMatrixR1C2     row 1, column 2
  /// @param[in] cscMatrixR2C0     row 2, column 0
  /// @param[in] cscMatrixR2C1     row 2, column 1
  /// @param[in] cscMatrixR2C2     row 2, column 2
  /// @param[in] cscOutputBiasR0   added to result 0
  /// @param[in] cscOutputBiasR1   added to result 1
  /// @param[in] cscOutputBiasR2   added to result 2
  /// @param[in] cscInputBiasR0    taken from component 0 first
  /// @param[in] cscInputBiasR1    taken from component 1 first
  /// @param[in] cscInputBiasR2    taken from component 2 first
  /// @source [header] signature, [choice] unit
  void SetCscParams(bool csc_switch = false, int16_t cscMatrixR0C0 = 0, int16_t cscMatrixR0C1 = 0,
                    int16_t cscMatrixR0C2 = 0, int16_t cscMatrixR1C0 = 0, int16_t cscMatrixR1C1 = 0,
                    int16_t cscMatrixR1C2 = 0, int16_t cscMatrixR2C0 = 0, int16_t cscMatrixR2C1 = 0,
                    int16_t cscMatrixR2C2 = 0, uint8_t cscOutputBiasR0 = 0,
                    uint8_t cscOutputBiasR1 = 0, uint8_t cscOutputBiasR2 = 0,
                    uint8_t cscInputBiasR0 = 0, uint8_t cscInputBiasR1 = 0,
                    uint8_t cscInputBiasR2 = 0);

  /// @brief Exchanges R and B, or U and V.
  ///
  /// @param[in] rbuvSwapSwitch  whether to
  /// @source [header]
  void SetRbuvSwapSwitch(bool rbuvSwapSwitch = false);

  /// @brief Moves the unused byte of a pixel to its end.
  ///
  /// @param[in] axSwapSwitch  whether to
  /// @source [header]
  void SetAxSwapSwitch(bool axSwapSwitch = false);

  /// @brief Sets the size of the picture.
  ///
  /// @param[in] srcImageSizeW  columns
  /// @param[in] srcImageSizeH  rows
  /// @source [header]
  void SetSrcImageSize(int32_t srcImageSizeW = 0, int32_t srcImageSizeH = 0);

  /// @brief Sets what is cut out of a picture.
  ///
  /// @param[in] cropSwitch     whether to
  /// @param[in] cropStartPosW  first column
  /// @param[in] cropStartPosH  first row
  /// @param[in] cropSizeW      columns
  /// @param[in] cropSizeH      rows
  /// @param[in] batch_index    picture of the batch
  /// @return SUCCESS; INVALID_PARA for a picture beyond the batch
  /// @source [header] signature, [choice] codes
  AIStatus SetCropParams(bool cropSwitch, int32_t cropStartPosW, int32_t cropStartPosH,
                         int32_t cropSizeW, int32_t cropSizeH, uint32_t batch_index = 0);

  /// @brief Sets what is put around a picture.
  ///
  /// @param[in] paddingSwitch      0 nothing, 1 a constant, 2 copied lines, 3 copied blocks,
  ///                               4 mirrored
  /// @param[in] paddingSizeTop     rows above
  /// @param[in] paddingSizeBottom  rows below
  /// @param[in] paddingSizeLeft    columns before
  /// @param[in] paddingSizeRight   columns behind
  /// @param[in] batch_index        picture of the batch
  /// @return SUCCESS; INVALID_PARA for another kind or a picture beyond the batch
  /// @source [header] signature, [doc] kinds, [choice] codes
  AIStatus SetPaddingParams(int8_t paddingSwitch, int32_t paddingSizeTop, int32_t paddingSizeBottom,
                            int32_t paddingSizeLeft, int32_t paddingSizeRight,
                            uint32_t batch_index = 0);

  /// @brief Sets the mean that is taken from each channel.
  ///
  /// @param[in] dtcPixelMeanChn0  of channel 0
  /// @param[in] dtcPixelMeanChn1  of channel 1
  /// @param[in] dtcPixelMeanChn2  of channel 2
  /// @param[in] dtcPixelMeanChn3  of channel 3
  /// @param[in] batch_index       picture of the batch
  /// @return SUCCESS; INVALID_PARA for a picture beyond the batch
  /// @source [header] signature, [choice] codes
  AIStatus SetDtcPixelMean(int16_t dtcPixelMeanChn0 = 0, int16_t dtcPixelMeanChn1 = 0,
                           int16_t dtcPixelMeanChn2 = 0, int16_t dtcPixelMeanChn3 = 0,
                           uint32_t batch_index = 0);

  /// @brief Sets the minimum that is taken from each channel.
  ///
  /// @param[in] dtcPixelMinChn0  of channel 0
  /// @param[in] dtcPixelMinChn1  of channel 1
  /// @param[in] dtcPixelMinChn2  of channel 2
  /// @param[in] dtcPixelMinChn3  of channel 3
  /// @param[in] batch_index      picture of the batch
  /// @return SUCCESS; INVALID_PARA for a picture beyond the batch
  /// @source [header] signature, [choice] codes
  AIStatus SetDtcPixelMin(float dtcPixelMinChn0 = 0, float dtcPixelMinChn1 = 0,
                          float dtcPixelMinChn2 = 0, float dtcPixelMinChn3 = 0,
                          uint32_t batch_index = 0);

  /// @brief Sets the factor that each channel is multiplied by, one over its variance.
  ///
  /// @param[in] dtcPixelVarReciChn0  of channel 0
  /// @param[in] dtcPixelVarReciChn1  of channel 1
  /// @param[in] dtcPixelVarReciChn2  of channel 2
  /// @param[in] dtcPixelVarReciChn3  of channel 3
  /// @param[in] batch_index          picture of the batch
  /// @return SUCCESS; INVALID_PARA for a picture beyond the batch
  /// @source [header] signature, [choice] codes
  AIStatus SetPixelVarReci(float dtcPixelVarReciChn0 = 0, float dtcPixelVarReciChn1 = 0,
                           float dtcPixelVarReciChn2 = 0, float dtcPixelVarReciChn3 = 0,
                           uint32_t batch_index = 0);

  /// @brief Describes a tensor of this class.
  ///
  /// @param[in] batchNumber  pictures of a batch, decimal
  /// @return the description
  /// @source [header]
  static AITensorDescription GetDescription(const std::string& batchNumber = "");

  /// @brief Makes a tensor with room for the parameters; all of them are zero.
  ///
  /// @param[in] tensorDesc  see GetDescription
  /// @return the tensor; null if the description does not fit or memory is short
  /// @source [header]
  static std::shared_ptr<IAITensor> CreateTensor(const AITensorDescription& tensorDesc);

  /// @brief Takes the number of pictures and makes room for their parameters.
  ///
  /// @param[in] tensorDesc  type, and `batchNumber` of at most 4096; none is 0
  /// @return true; false if the description does not fit or memory is short
  /// @source [header] signature, [choice] what fits
  bool Init(const AITensorDescription& tensorDesc) override;

  /// @brief See AISimpleTensor.
  const char* const GetTypeName() override;

 private:
  // Null if the buffer is not the one that Init made.
  HIAI_LIB_INTERNAL openmatrix::AippParameters* Common();
  // Null also for a picture beyond the batch.
  HIAI_LIB_INTERNAL openmatrix::AippBatchParameters* Batch(uint32_t index);

  uint32_t dynamicInputIndex_ = 0;
  uint32_t dynamicInputEdgeIndex_ = 0;
  uint32_t batchNumber_ = 0;
  openmatrix::AippParameters* common_ = nullptr;        // start of the buffer
  openmatrix::AippBatchParameters* batches_ = nullptr;  // behind it
};

OPENMATRIX_ABI_ASSERT(sizeof(AippDynamicParaTensor) == 56);

}  // namespace hiai

#pragma GCC diagnostic pop
