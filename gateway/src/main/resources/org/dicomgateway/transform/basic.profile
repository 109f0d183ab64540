# The Basic Application Level Confidentiality Profile (PS3.15 Annex E, Table E.1-1), as it is applied here: every
# attribute that has no row here, and that the rule in BasicProfile does not let pass, is removed. Typed anew from the
# standard for this program, and compared with the table of edition 2024b.
#
# Fields: tag, action, option, keyword.
# Actions: K keep, Z empty, D dummy value, U replace UIDs, X remove, P pseudonym. Where the table has more than one
#   action for an attribute, this is the one that leaves least and keeps the image valid.
# Options: c: kept with clean-descriptors when the operator lists its text; u d i p: kept with retain-uids, retain-device-identity, retain-institution-identity,
#   retain-patient-characteristics; t: a date or time that the options for dates are about; - none.
#
# Identity of the instance
00080005 K - SpecificCharacterSet
00080008 K - ImageType
00080014 U u InstanceCreatorUID
00080016 U u SOPClassUID
00080018 U u SOPInstanceUID
00080020 Z t StudyDate
00080021 D t SeriesDate
00080022 Z t AcquisitionDate
00080023 D t ContentDate
0008002A D t AcquisitionDateTime
00080030 Z t StudyTime
00080031 D t SeriesTime
00080032 Z t AcquisitionTime
00080033 D t ContentTime
00080012 X t InstanceCreationDate
00080013 X t InstanceCreationTime
00080050 Z - AccessionNumber
00080060 K - Modality
00080061 K - ModalitiesInStudy
00080064 K - ConversionType
00080068 K - PresentationIntentType
00080070 K - Manufacturer
00080080 X i InstitutionName
00080081 X i InstitutionAddress
00080082 X i InstitutionCodeSequence
00080090 Z - ReferringPhysicianName
0008009C Z - ConsultingPhysicianName
00081010 X d StationName
00081030 X c StudyDescription
0008103E X c SeriesDescription
00081040 X i InstitutionalDepartmentName
00081041 X i InstitutionalDepartmentTypeCodeSequence
00081090 K - ManufacturerModelName
# Codes
00080100 K - CodeValue
00080102 K - CodingSchemeDesignator
00080103 K - CodingSchemeVersion
00080104 K - CodeMeaning
00080105 K - MappingResource
0008010F K - ContextIdentifier
00080117 U u ContextUID
00080106 X t ContextGroupVersion
00080107 X t ContextGroupLocalVersion
00080121 X - EquivalentCodeSequence
# References, views and anatomy
00081115 K - ReferencedSeriesSequence
0008114A K - ReferencedInstanceSequence
00081140 K - ReferencedImageSequence
00082112 K - SourceImageSequence
00089092 K - ReferencedImageEvidenceSequence
00081200 K - StudiesContainingOtherReferencedInstancesSequence
00081150 U u ReferencedSOPClassUID
00081155 U u ReferencedSOPInstanceUID
00081160 K - ReferencedFrameNumber
00083010 U u IrradiationEventUID
00082218 K - AnatomicRegionSequence
00082220 K - AnatomicRegionModifierSequence
00082228 K - PrimaryAnatomicStructureSequence
00082230 K - PrimaryAnatomicStructureModifierSequence
00089124 K - DerivationImageSequence
00089215 K - DerivationCodeSequence
00089007 K - FrameType
00089205 K - PixelPresentation
00089206 K - VolumetricProperties
00089207 K - VolumeBasedCalculationTechnique
00089208 K - ComplexImageComponent
00089209 K - AcquisitionContrast
00082122 K - StageNumber
00082124 K - NumberOfStages
00082128 K - ViewNumber
0008212A K - NumberOfViewsInStage
00082111 X c DerivationDescription
00082142 K - StartTrim
00082143 K - StopTrim
00082144 K - RecommendedDisplayFrameRate
# The patient
00100010 Z - PatientName
00100020 P - PatientID
00100030 Z - PatientBirthDate
00100040 Z p PatientSex
00102203 Z p PatientSexNeutered
00101010 X p PatientAge
00101020 X p PatientSize
00101030 X p PatientWeight
00102160 X p EthnicGroup
001021A0 X p SmokingStatus
001021C0 X p PregnancyStatus
# Acquisition and device
00180010 Z c ContrastBolusAgent
00181030 X c ProtocolName
00181400 X c AcquisitionDeviceProcessingDescription
00184000 X c AcquisitionComments
00189424 X c AcquisitionProtocolDescription
00180024 K - SequenceName
00181000 D d DeviceSerialNumber
00181002 U d DeviceUID
00181004 X d PlateID
00181005 X d GeneratorID
00181007 X d CassetteID
00181008 X d GantryID
00181009 X d UniqueDeviceIdentifier
0018100A X d UDISequence
00181020 K - SoftwareVersions
00181160 K - FilterType
00181210 K - ConvolutionKernel
00181200 X t DateOfLastCalibration
00181201 X t TimeOfLastCalibration
00181250 K - ReceiveCoilName
00181251 K - TransmitCoilName
0018700A X d DetectorID
00189373 X d XRayDetectorLabel
00189367 D d XRaySourceID
00189371 D d XRayDetectorID
00189005 K - PulseSequenceName
00189074 D t FrameAcquisitionDateTime
00189151 D t FrameReferenceDateTime
00189516 D t StartAcquisitionDateTime
00189517 D t EndAcquisitionDateTime
00189701 D t DecayCorrectionDateTime
00189369 D t SourceStartDateTime
0018936A D t SourceEndDateTime
00189623 D t FunctionalSyncPulse
00189804 D t ExclusionStartDateTime
# Relationship
0020000D U u StudyInstanceUID
0020000E U u SeriesInstanceUID
00200010 Z - StudyID
00201070 X - OtherStudyNumbers
00201040 Z - PositionReferenceIndicator
00204000 X c ImageComments
00209056 D - StackID
00203401 X d ModifyingDeviceID
# Pixels
00281054 K - RescaleType
00281201 K - RedPaletteColorLookupTableData
00281202 K - GreenPaletteColorLookupTableData
00281203 K - BluePaletteColorLookupTableData
00281221 K - SegmentedRedPaletteColorLookupTableData
00281222 K - SegmentedGreenPaletteColorLookupTableData
00281223 K - SegmentedBluePaletteColorLookupTableData
00283006 K - LUTData
# Nuclear medicine
00541101 K - AttenuationCorrectionMethod
00541103 K - ReconstructionMethod
00541105 K - ScatterCorrectionMethod
# Procedure
00321060 X c RequestedProcedureDescription
00400254 X c PerformedProcedureStepDescription
00400555 Z - AcquisitionContextSequence
00400302 K - EntranceDose
00400303 K - ExposedArea
00408302 K - EntranceDoseInmGy
00400314 K - HalfValueLayer
00400316 K - OrganDose
00400318 K - OrganExposed
004008EA K - MeasurementUnitsCodeSequence
00409096 K - RealWorldValueMappingSequence
00409094 K - ReferencedImageRealWorldValueMappingSequence
00409211 K - RealWorldValueLastValueMapped
00409216 K - RealWorldValueFirstValueMapped
00409212 K - RealWorldValueLUTData
00409224 K - RealWorldValueIntercept
00409225 K - RealWorldValueSlope
00409210 D - LUTLabel
0040A168 K - ConceptCodeSequence
0040A170 K - PurposeOfReferenceCodeSequence
20500020 K - PresentationLUTShape
