package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.aoju.bus.image.Tag;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings.BurnedIn;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.transform.ProfileRow.Action;

/** Whatever a dataset holds, and wherever: after the profile, none of its secrets is in any byte of it. */
class DeidentificationPropertyTest {

    private static final List<Integer> STANDARD = Arrays.stream(Tag.class.getFields())
            .filter(field -> field.getType() == int.class && Modifier.isStatic(field.getModifiers()))
            .map(field -> Dictionary.tag(field.getName()))
            .filter(tag -> tag.isPresent())
            .map(tag -> tag.getAsInt())
            .filter(tag -> tag >>> 16 >= 0x0008 && tag >>> 16 < 0x7FE0 && (tag & 0xFFFF) != 0)
            .toList();

    /** These say what kind of image it is. */
    private static final Set<Integer> GIVEN = Set.of(
            0x00080005,
            0x00080008,
            0x00080016,
            0x00080018,
            0x00080064,
            0x00080060,
            0x0020000D,
            0x0020000E,
            0x00100010,
            0x00100020,
            0x00280301,
            0x00280302);

    private static final List<TransferSyntax> SYNTAXES = List.of(
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
            TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);

    /** Makes datasets, and knows what must not be in the output. */
    private static final class Generator {

        private final Random random;
        private final Charset charset;
        private final boolean unknownSequences;
        private final List<String> secrets = new ArrayList<>();
        private int number = 1000;

        Generator(long seed, Charset charset, boolean unknownSequences) {
            this.unknownSequences = unknownSequences;
            this.random = new Random(seed);
            this.charset = charset;
        }

        String secret(String text) {
            secrets.add(text);
            return text;
        }

        String uid() {
            return secret("1.3.6.1.4.1." + number++ + "." + (100_000 + random.nextInt(900_000)));
        }

        Dataset fill(Dataset dataset, int depth) {
            for (int i = random.nextInt(60); i >= 0; i--) {
                int tag = STANDARD.get(random.nextInt(STANDARD.size()));
                if (!GIVEN.contains(tag) || (depth > 0 && tag != 0x00080005)) {
                    add(dataset, tag, depth);
                }
            }
            if (random.nextBoolean()) {
                dataset.text(0x00090010, "LO", secret("CREATOR" + number++), charset)
                        .text(0x00091001, "LO", secret("PRIVATE" + number++), charset)
                        .text(0x00091002, "UN", secret("UNKNOWN" + number++), charset);
            }
            if (random.nextInt(4) == 0 && depth == 0 && unknownSequences) {
                dataset.items(
                        0x00190010 + 0x0FF1, "UN", new Dataset().text("PatientName", secret("NESTED" + number++)));
            }
            return dataset;
        }

        private void add(Dataset dataset, int tag, int depth) {
            String vr = Dictionary.valueRepresentation(tag);
            boolean kept = BasicProfile.row(tag).action() == Action.K;
            String word = "SÉCRET" + number++;
            switch (vr) {
                case "SQ" -> {
                    Dataset[] items = new Dataset[depth >= 3 ? 0 : random.nextInt(3)];
                    for (int i = 0; i < items.length; i++) {
                        items[i] = fill(new Dataset(), depth + 1);
                    }
                    dataset.items(tag, "SQ", items);
                }
                case "PN", "LT", "ST", "UT", "UC" -> dataset.text(tag, vr, secret(word + "^GIVEN"), charset);
                case "LO", "SH" -> dataset.text(tag, vr, kept ? "SCT" : secret(word), charset);
                case "UR" -> dataset.text(tag, vr, secret("http://h/" + number++), charset);
                case "AE" -> dataset.text(tag, vr, secret("AET" + number++ + "X"), charset);
                case "UI" -> dataset.text(tag, vr, uid(), charset);
                case "DA" -> dataset.text(tag, vr, secret(date()), charset);
                case "TM" ->
                    dataset.text(tag, vr, secret("0304" + (10 + random.nextInt(49)) + "." + number++), charset);
                case "DT" -> dataset.text(tag, vr, secret(date()) + "030405", charset);
                case "AS" -> dataset.text(tag, vr, secret("0" + (10 + random.nextInt(89)) + "W"), charset);
                case "CS" -> dataset.text(tag, vr, "CODE_STRING", charset);
                case "IS", "DS" -> dataset.text(tag, vr, "17", charset);
                case "OB", "UN" -> dataset.text(tag, vr, secret(word), charset);
                case "US", "SS", "OW", "AT", "UL", "SL", "FL" -> dataset.bytes(tag, vr, new byte[4]);
                default -> dataset.bytes(tag, vr, new byte[8]);
            }
        }

        private String date() {
            return "19" + (31 + random.nextInt(60)) + "0" + (1 + random.nextInt(9)) + (10 + random.nextInt(18));
        }
    }

    private static String around(String bytes, int found) {
        return found < 0 ? "" : bytes.substring(Math.max(0, found - 60), Math.min(bytes.length(), found + 60));
    }

    @Property(tries = 150)
    void no_secret_is_in_any_byte_and_the_same_comes_out_each_time(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        boolean unicode = random.nextBoolean();
        TransferSyntax syntax = SYNTAXES.get(random.nextInt(SYNTAXES.size()));
        Generator generator = new Generator(
                seed,
                unicode ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1,
                !syntax.equals(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
        Dataset dataset = Dataset.ct(generator.uid())
                .text("SpecificCharacterSet", unicode ? "ISO_IR 192" : "ISO_IR 100")
                .text("StudyInstanceUID", generator.uid())
                .text("SeriesInstanceUID", generator.uid())
                .text("PatientName", generator.secret("NÀME^OF"), generator.charset)
                .text("PatientID", generator.secret("ID4711XY"));
        generator.fill(dataset, 0);
        dataset.text(0x60003000, "OW", generator.secret("OVERLAY!"), generator.charset);
        dataset.items(0xFFFAFFFA, "SQ", new Dataset().text("StudyDescription", generator.secret("SIGNED BY")));
        dataset.text(0xFFFCFFFC, "OB", generator.secret("TRAILING"), generator.charset);
        if (random.nextBoolean()) {
            dataset.delimited();
        }
        byte[] original = dataset.encode(syntax);

        byte[] output = Transforms.apply(Transforms.profile(), original, syntax);

        // Any digits can be in a pseudonym, by chance.
        String bytes = new String(output, StandardCharsets.ISO_8859_1).replaceAll("2\\.25\\.[0-9]+", "");
        for (String secret : generator.secrets) {
            for (Charset charset : List.of(
                    StandardCharsets.ISO_8859_1,
                    StandardCharsets.UTF_8,
                    StandardCharsets.UTF_16LE,
                    StandardCharsets.UTF_16BE)) {
                int found = bytes.indexOf(new String(secret.getBytes(charset), StandardCharsets.ISO_8859_1));
                assertThat(found)
                        .as("%s in %s: %s", secret, charset, around(bytes, found))
                        .isNegative();
            }
        }
        assertThat(Transforms.apply(Transforms.profile(), original, syntax)).isEqualTo(output);
        assertThat(Transforms.apply(
                        Transforms.profile(Transforms.KEY, BurnedIn.PARK, Optional.empty(), ProfileOption.RETAIN_UIDS),
                        output,
                        syntax))
                .as("the output is a dataset that can be read completely")
                .isNotEmpty();
    }
}
