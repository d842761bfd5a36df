<?php
// Makes the tables of a new WordPress with pretty permalinks, and takes away the sample posts.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url(getenv('WP_URL'), PHP_URL_HOST) . ':' . parse_url(getenv('WP_URL'), PHP_URL_PORT);
$_SERVER['REQUEST_URI'] = '/';
require getcwd() . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The attic', 'admin', 'admin@example.org', true, '', 'admin');
foreach (get_posts(['numberposts' => -1, 'post_type' => 'any', 'post_status' => 'any']) as $sample) {
    wp_delete_post($sample->ID, true);
}
update_option('posts_per_rss', 10);
update_option('permalink_structure', '/%year%/%monthnum%/%day%/%postname%/');
// rules made here would lack the tags' own, which were registered before the structure was known: the first request makes them
delete_option('rewrite_rules');
