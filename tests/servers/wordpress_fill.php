<?php
// Standard input: a JSON list of {title, content, tags, author, date, status, image_alt}. Output: a JSON list of {id, url}.
$_SERVER['HTTP_HOST'] = parse_url(getenv('WP_URL'), PHP_URL_HOST) . ':' . parse_url(getenv('WP_URL'), PHP_URL_PORT);
$_SERVER['REQUEST_URI'] = '/';
require getcwd() . '/wp-load.php';

function author_id(string $name): int {
    $user = get_user_by('login', $name);
    return $user ? $user->ID : wp_insert_user([
        'user_login' => $name,
        'user_pass' => 'not used',
        'display_name' => ucfirst($name),
        'user_email' => "$name@example.org",
        'role' => 'author',
    ]);
}

function add_picture(int $post, string $alt): void {
    $folder = wp_upload_dir();
    $file = "{$folder['path']}/picture-$post.png";
    $image = imagecreatetruecolor(8, 8);
    imagefill($image, 0, 0, $post * 7919 % 0xffffff);
    imagepng($image, $file);
    $picture = wp_insert_attachment(['post_mime_type' => 'image/png', 'post_title' => $alt], $file, $post);
    wp_update_attachment_metadata($picture, ['width' => 8, 'height' => 8, 'file' => _wp_relative_upload_path($file), 'sizes' => []]);
    update_post_meta($picture, '_wp_attachment_image_alt', $alt);
    set_post_thumbnail($post, $picture);
}

global $wpdb;
$wpdb->query('START TRANSACTION');
wp_defer_term_counting(true);
$made = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $post) {
    $id = wp_insert_post(wp_slash([
        'post_title' => $post['title'],
        'post_content' => $post['content'],
        'post_status' => $post['status'],
        'post_author' => author_id($post['author']),
        'post_date' => $post['date'],
        'post_date_gmt' => $post['date'],
        'tags_input' => $post['tags'],
    ]), true);
    if (is_wp_error($id)) {
        fwrite(STDERR, $id->get_error_message());
        exit(1);
    }
    if ($post['image_alt'] !== null) {
        add_picture($id, $post['image_alt']);
    }
    $made[] = ['id' => $id, 'url' => get_permalink($id)];
}
wp_defer_term_counting(false);
$wpdb->query('COMMIT');
echo json_encode($made);
